"""Finds the CUDA toolkit, or makes the same targets empty, for a build on the CPU alone."""

# The first release whose nvcc knows C++20 and sm_90a.
_MINIMUM_MAJOR = 12

def _candidates(ctx):
    """Folders that may hold a toolkit, best first."""
    paths = []
    if ctx.os.environ.get("CUDA_PATH"):
        paths.append(ctx.path(ctx.os.environ["CUDA_PATH"]))
    nvcc = ctx.which("nvcc")
    if nvcc:
        paths.append(nvcc.realpath.dirname.dirname)
    paths.append(ctx.path("/usr/local/cuda"))
    return paths

def _version(ctx, root):
    """The nvcc version in `root` such as "13.0.88", or None and why it will not do."""
    nvcc = root.get_child("bin").get_child("nvcc")
    header = root.get_child("include").get_child("cuda_runtime.h")
    if not nvcc.exists or not header.exists:
        return None, "%s has no bin/nvcc or no include/cuda_runtime.h" % root
    result = ctx.execute([nvcc, "--version"])

    # "Cuda compilation tools, release 13.0, V13.0.88"
    version = result.stdout.partition(", V")[2].partition("\n")[0]
    major = version.split(".")[0]
    if result.return_code != 0 or not major.isdigit():
        return None, "%s --version gave no version" % nvcc
    if int(major) < _MINIMUM_MAJOR:
        return None, "%s is CUDA %s; mneme needs %d.0 or later" % (root, version, _MINIMUM_MAJOR)
    return version, None

def _cuda_configure_impl(ctx):
    wish = ctx.os.environ.get("MNEME_CUDA", "")
    if wish not in ["", "0", "1"]:
        fail("MNEME_CUDA=%s: expected 0 (CPU only), 1 (CUDA required) or nothing" % wish)

    root, version, reasons = None, None, []
    for candidate in ([] if wish == "0" else _candidates(ctx)):
        version, reason = _version(ctx, candidate)
        if version:
            root = candidate
            break
        reasons.append(reason)
    if wish == "1" and not root:
        fail("MNEME_CUDA=1, but there is no CUDA toolkit: set CUDA_PATH. Looked at:\n  " +
             "\n  ".join(reasons))

    lib_dir = ""
    if root:
        ctx.symlink(root.get_child("include"), "include")
        lib_dir = str(root.get_child("lib64"))
    ctx.file("config.bzl", "\n".join([
        "HAVE_CUDA = %s" % bool(root),
        "CUDA_VERSION = \"%s\"" % (version or ""),
        "CUDA_LIB_DIR = \"%s\"" % lib_dir,
        "NVCC = \"%s\"" % (root.get_child("bin").get_child("nvcc") if root else ""),
        "",
    ]))
    ctx.symlink(ctx.attr.build_file, "BUILD")

cuda_configure = repository_rule(
    implementation = _cuda_configure_impl,
    attrs = {"build_file": attr.label(default = Label("//third_party/cuda:cuda.BUILD"))},
    configure = True,
    environ = ["CUDA_PATH", "MNEME_CUDA", "PATH"],
    local = True,
)
