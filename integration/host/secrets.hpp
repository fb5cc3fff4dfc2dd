// Random tokens and password hashes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nats_host {

// `bytes` random bytes of the system as lower-case hex digits: twice as many characters.
std::string random_hex(std::size_t bytes);

// "pbkdf2-sha256$ITERATIONS$SALT$HASH", salt and hash in hex. Takes some 50 ms by design, so call
// it outside any transaction.
std::string password_hash(std::string_view password);

// In a time that does not depend on the position of the first difference.
bool is_same_token(std::string_view a, std::string_view b);

} // namespace nats_host
