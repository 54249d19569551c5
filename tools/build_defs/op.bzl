"""op_library and kernel_library: one op in its folder, from the files that every op has."""

load("//tools/build_defs:cuda.bzl", "cuda_library")

_RUNTIME_DEPS = [
    "//runtime/core",
    "//third_party/glog",
]

_AUTOGRAD_DEPS = [
    "//autograd/core",
]

_KERNEL_DEPS = [
    "//runtime/core:types",
]

_CPU_DEPS = [
    "//runtime/parallel:thread_pool",
]

_CUDA_DEPS = [
    "//runtime/core:cuda_kernel_support",
]

_RUNTIME_TEST_DEPS = [
    "//runtime/testing:random_tensor",
    "//third_party/gtest",
]

_AUTOGRAD_TEST_DEPS = [
    "//autograd/testing:gradient_check",
]

def op_library(name, deps = [], test_deps = [], **kwargs):
    """A differentiable op: a kernel_library whose <name>.cc records a node on the tape."""
    kernel_library(
        name = name,
        deps = _AUTOGRAD_DEPS + deps,
        test_deps = _AUTOGRAD_TEST_DEPS + test_deps,
        **kwargs
    )

def kernel_library(
        name,
        deps = [],
        kernel_deps = [],
        cpu_deps = [],
        cuda_deps = [],
        test_deps = [],
        test_size = "small",
        **kwargs):
    """Builds `name` from the files of its folder.

    <name>.h, <name>.cc     the op itself: target <name>
    <name>_kernels.h        declarations of the kernels: target <name>_kernels
    <name>_cpu.cc           target <name>_cpu
    <name>_cuda.cu          target <name>_cuda, empty without a CUDA toolkit
    <name>_test.cc          target <name>_test

    An op that is made of other ops has no kernel files. The test must exist.

    Args:
      name: the op's name, which is its folder's.
      deps: what <name>.cc and <name>.h need besides tensors.
      kernel_deps: what <name>_kernels.h needs; plain data only, for nvcc reads it.
      cpu_deps: what <name>_cpu.cc needs besides.
      cuda_deps: what <name>_cuda.cu needs besides.
      test_deps: what <name>_test.cc needs besides.
      test_size: the test's size.
      **kwargs: what every rule takes, such as visibility.
    """
    kernels = []
    if native.glob([name + "_kernels.h"]):
        native.cc_library(
            name = name + "_kernels",
            hdrs = [name + "_kernels.h"],
            deps = _unique(_KERNEL_DEPS + kernel_deps),
            **kwargs
        )
        native.cc_library(
            name = name + "_cpu",
            srcs = [name + "_cpu.cc"],
            deps = _unique([":" + name + "_kernels"] + _CPU_DEPS + cpu_deps),
            **kwargs
        )
        kernels = [":" + name + "_kernels", ":" + name + "_cpu"]
    cuda_srcs = native.glob([name + "_cuda.cu"])
    if cuda_srcs:
        cuda_library(
            name = name + "_cuda",
            srcs = cuda_srcs,
            deps = _unique([":" + name + "_kernels"] + _CUDA_DEPS + cuda_deps),
            **kwargs
        )
        kernels.append(":" + name + "_cuda")
    native.cc_library(
        name = name,
        srcs = [name + ".cc"],
        hdrs = [name + ".h"],
        deps = _unique(kernels + _RUNTIME_DEPS + deps),
        **kwargs
    )
    native.cc_test(
        name = name + "_test",
        size = test_size,
        srcs = [name + "_test.cc"],
        deps = _unique([":" + name] + kernels + _RUNTIME_DEPS + _RUNTIME_TEST_DEPS + deps + test_deps),
    )

def _unique(labels):
    """The labels in order, each once: a BUILD file may name a default again."""
    return {label: None for label in labels}.keys()
