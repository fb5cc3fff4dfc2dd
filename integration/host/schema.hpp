// The host's tables. A host author reads schema.cpp for what a host has to remember.
#pragma once

#include "database.hpp"

namespace nats_host {

// Makes the tables in a new file. Throws std::runtime_error for a file of a newer nats-host.
void prepare_schema(Database& database);

} // namespace nats_host
