// Completion: what an operator adds to a quarantined request before it is released.
#pragma once

#include "postbacks/names.hpp"
#include "postbacks/postback.hpp"
#include "values/result.hpp"
#include "wire/form.hpp"

#include <optional>

namespace segpay {

// `said` replaces what the request says of the same facts. That must be empty, two values that
// contradict each other, or a word that a broken template ran into others: a fact that Segpay
// stated cannot be overridden. `form` and `postback`, which was read from it, become those of the
// whole request, with a warning for each parameter. `said` must outlive them. Error: names the
// parameter that is not accepted; nothing has changed.
std::optional<Error> complete(Form& form, Postback& postback, const Form& said,
                              const NameTable& names);

} // namespace segpay
