// The tables of a MariaDB ledger: how they are made, recognised and refused. Knows nothing of what
// the ledger does with them.
//
//   segpay_meta       one row: whose tables these are, and of which schema.
//   segpay_entries    what came in, one row each. Its key decides the claim.
//   segpay_queue      what is pending, and who has it. Small, so the hot path stays in a few pages.
//   segpay_purchases  what is known of each. Whatever changes the queue of a purchase, or adds to
//   it, writes
//                     the row of the purchase, too: there two front ends meet, whichever nodes
//                     they use.
//   segpay_writers    the number of each front end's last transaction, below 0 while it runs:
//                     whether it is still the same in the end, and whether a commit that was
//                     interrupted took place, is read here.
//
// Other tables of the database are left alone. Keys and texts are bytes: what Segpay sends need not
// be UTF-8, and no collation may find two of them equal.
#pragma once

#include "ledger/mariadb/mysql_handle.hpp"

#include <span>
#include <string>
#include <vector>

namespace segpay {

// The statements that lead from schema to schema; each can be repeated. A test may add a step of
// its own.
using MysqlStep = std::vector<const char*>;
using MysqlSteps = std::span<const MysqlStep>;
MysqlSteps mysql_steps();

// Makes the tables, or checks that they are of a ledger that this version can work with, and brings
// an older one up to date. Any number of front ends may do so at the same time, on any node. Throws
// MysqlError; a message about a refusal is fit for an operator.
void prepare_ledger_tables(MysqlConnection& connection, const std::string& database,
                           MysqlSteps steps = mysql_steps());

} // namespace segpay
