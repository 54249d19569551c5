"""op_library: one op in its folder, from the files that every op has."""

load("//tools/build_defs:cuda.bzl", "cuda_library")

# What nearly every op needs, so that its BUILD file names only what is special about it.
DEFAULT_DEPS = [
    "//autograd/core",
    "//runtime/core",
    "//third_party/glog",
]

DEFAULT_KERNEL_DEPS = []

DEFAULT_CPU_DEPS = []

DEFAULT_CUDA_DEPS = []

DEFAULT_TEST_DEPS = [
    "//third_party/gtest",
]

def op_library(
        name,
        deps = [],
        kernel_deps = [],
        cpu_deps = [],
        cuda_deps = [],
        test_deps = [],
        **kwargs):
    """Builds the op `name` from the files of its folder.

    <name>.h, <name>.cc     the op itself: target <name>
    <name>_kernels.h        declarations of the kernels: target <name>_kernels
    <name>_cpu.cc           target <name>_cpu
    <name>_cuda.cu          target <name>_cuda, empty without a CUDA toolkit
    <name>_test.cc          target <name>_test

    An op that is made of other ops has no kernel files. The test must exist.

    Args:
      name: the op's name, which is its folder's.
      deps: what <name>.cc and <name>.h need besides DEFAULT_DEPS.
      kernel_deps: what <name>_kernels.h needs; plain data only, for nvcc reads it.
      cpu_deps: what <name>_cpu.cc needs besides.
      cuda_deps: what <name>_cuda.cu needs besides.
      test_deps: what <name>_test.cc needs besides.
      **kwargs: what every rule takes, such as visibility.
    """
    kernels = []
    if native.glob([name + "_kernels.h"]):
        native.cc_library(
            name = name + "_kernels",
            hdrs = [name + "_kernels.h"],
            deps = _unique(DEFAULT_KERNEL_DEPS + kernel_deps),
            **kwargs
        )
        native.cc_library(
            name = name + "_cpu",
            srcs = [name + "_cpu.cc"],
            deps = _unique([":" + name + "_kernels"] + DEFAULT_CPU_DEPS + cpu_deps),
            **kwargs
        )
        kernels = [":" + name + "_kernels", ":" + name + "_cpu"]
    cuda_srcs = native.glob([name + "_cuda.cu"])
    if cuda_srcs:
        cuda_library(
            name = name + "_cuda",
            srcs = cuda_srcs,
            deps = _unique([":" + name + "_kernels"] + DEFAULT_CUDA_DEPS + cuda_deps),
            **kwargs
        )
        kernels.append(":" + name + "_cuda")
    native.cc_library(
        name = name,
        srcs = [name + ".cc"],
        hdrs = [name + ".h"],
        deps = _unique(kernels + DEFAULT_DEPS + deps),
        **kwargs
    )
    native.cc_test(
        name = name + "_test",
        srcs = [name + "_test.cc"],
        deps = _unique([":" + name] + kernels + DEFAULT_DEPS + DEFAULT_TEST_DEPS + deps + test_deps),
    )

def _unique(labels):
    """The labels in order, each once: a BUILD file may name a default again."""
    return {label: None for label in labels}.keys()
