// The host's tables. schema.cpp shows a host author what a host has to store.
#pragma once

#include "database.hpp"

namespace nats_host {

// Makes the tables in a new file. Throws std::runtime_error for a file of a newer nats-host.
void prepare_schema(Database& database);

} // namespace nats_host
