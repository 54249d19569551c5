// A borrowed callable: two words, no allocation. Free of dependencies, so that kernels may
// include it.

#ifndef MNEME_RUNTIME_PARALLEL_FUNCTION_REF_H_
#define MNEME_RUNTIME_PARALLEL_FUNCTION_REF_H_

#include <memory>
#include <type_traits>
#include <utility>

namespace mneme {

template <typename Signature>
class FunctionRef;

// Refers to any callable of this signature for the length of one call; pass it by value and
// never keep it, since the callable is usually a temporary.
template <typename Result, typename... Args>
class FunctionRef<Result(Args...)> {
 public:
  template <typename F, typename = std::enable_if_t<!std::is_same_v<std::decay_t<F>, FunctionRef> &&
                                                    std::is_invocable_r_v<Result, F&, Args...>>>
  FunctionRef(F&& callable)  // NOLINT: implicit, so that a lambda can be passed as is
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        invoke_([](void* object, Args... args) -> Result {
          return (*static_cast<std::remove_reference_t<F>*>(object))(std::forward<Args>(args)...);
        }) {}

  Result operator()(Args... args) const { return invoke_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  Result (*invoke_)(void*, Args...);
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_PARALLEL_FUNCTION_REF_H_
