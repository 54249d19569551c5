"""cuda_library: CUDA sources as a C++ library, one nvcc run for each .cu."""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@cuda//:config.bzl", "CUDA_VERSION", "HAVE_CUDA", "NVCC")

# Ampere (with PTX, for whatever is newer) and Hopper with its own instructions.
_ARCHITECTURES = [
    "-gencode=arch=compute_80,code=[sm_80,compute_80]",
    "-gencode=arch=compute_90a,code=sm_90a",
]

_NVCC_FLAGS = _ARCHITECTURES + [
    "-std=c++20",
    "-O3",
    "-DNDEBUG",
    "-lineinfo",
    "--expt-relaxed-constexpr",
    "--extended-lambda",
    "-Werror=cross-execution-space-call,reorder",
    "-Xcompiler=-Wall,-fPIC",
]

def _host_flags(ctx):
    """Code generation flags of the C++ compiler: both sides of a call must agree on them."""
    flags = [
        flag
        for flag in ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts
        if flag.startswith("-m") or flag.startswith("-f")
    ]
    return ["-Xcompiler=" + flag.replace(",", "\\,") for flag in flags]

def _include_flags(context):
    """Include paths and defines: the repository's root, and what the dependencies ask for."""
    flags = ["-I."] + ["-I" + path for path in context.includes.to_list()]
    for path in context.system_includes.to_list():
        if "external/cuda/" not in path:  # nvcc finds its own toolkit's headers.
            flags += ["-isystem", path]
    return flags + ["-D" + define for define in context.defines.to_list()]

def _compile(ctx, cc_toolchain, source, headers, context):
    output = ctx.actions.declare_file("_objs/%s/%s.o" % (ctx.label.name, source.basename))
    args = ctx.actions.args()
    args.add_all(["-c", source, "-o", output, "-ccbin", cc_toolchain.compiler_executable])
    args.add_all(_NVCC_FLAGS + _host_flags(ctx) + _include_flags(context) + ctx.attr.nvcc_flags)
    ctx.actions.run_shell(
        # nvcc names temporary files by its process id, which is the same in every sandbox: each run
        # gets a folder of its own.
        command = 'export TMPDIR="$(mktemp -d)"; trap \'rm -rf "${TMPDIR}"\' EXIT; "$@"',
        arguments = [NVCC, args],
        inputs = depset([source] + headers, transitive = [context.headers]),
        tools = cc_toolchain.all_files,
        outputs = [output],
        # The version stands for the toolkit's own files, which are no inputs.
        env = {"CUDA_VERSION": CUDA_VERSION, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        mnemonic = "CudaCompile",
        progress_message = "Compiling %s with nvcc" % source.short_path,
    )
    return output

def _cuda_library_impl(ctx):
    cc_toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    own = cc_common.create_compilation_context(headers = depset(ctx.files.hdrs))
    infos = [dep[CcInfo] for dep in ctx.attr.deps + [ctx.attr._cudart]]
    deps = cc_common.merge_cc_infos(direct_cc_infos = infos)
    objects = depset([
        _compile(ctx, cc_toolchain, source, ctx.files.hdrs, deps.compilation_context)
        for source in ctx.files.srcs
    ])
    linking_context, _ = cc_common.create_linking_context_from_compilation_outputs(
        actions = ctx.actions,
        name = ctx.label.name,
        cc_toolchain = cc_toolchain,
        feature_configuration = features,
        compilation_outputs = cc_common.create_compilation_outputs(
            objects = objects,
            pic_objects = objects,
        ),
        disallow_dynamic_library = True,
    )
    info = CcInfo(compilation_context = own, linking_context = linking_context)
    return [
        DefaultInfo(files = objects),
        cc_common.merge_cc_infos(direct_cc_infos = [info, deps]),
    ]

_cuda_library = rule(
    implementation = _cuda_library_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".cu"]),
        "hdrs": attr.label_list(allow_files = [".h", ".cuh"]),
        "deps": attr.label_list(providers = [CcInfo]),
        "nvcc_flags": attr.string_list(),
        "_cudart": attr.label(default = "@cuda//:cudart"),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def cuda_library(name, srcs, hdrs = [], deps = [], nvcc_flags = [], **kwargs):
    """Compiles .cu files into a library that C++ targets depend on like any other.

    Without a CUDA toolkit it is an empty library, so no BUILD file needs to ask.

    Args:
      name: the target's name.
      srcs: .cu files, each compiled by itself (no relocatable device code).
      hdrs: headers; those that C++ code includes must not need nvcc.
      deps: C++ or CUDA libraries. The CUDA runtime is always there.
      nvcc_flags: more flags for nvcc.
      **kwargs: what every rule takes, such as visibility and testonly.
    """
    if HAVE_CUDA:
        _cuda_library(
            name = name,
            srcs = srcs,
            hdrs = hdrs,
            deps = deps,
            nvcc_flags = nvcc_flags,
            **kwargs
        )
    else:
        native.cc_library(name = name, hdrs = hdrs, deps = deps, **kwargs)
