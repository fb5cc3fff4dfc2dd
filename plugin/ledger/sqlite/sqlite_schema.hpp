// The file of an SQLite ledger: how it is made, recognised and refused. Knows tables and indexes,
// and nothing of what the ledger does with them.
//
// What an entry costs is the pages that its commits write. So it is written once, as if it were
// settled already; what is pending stands in a small table beside it, and the mark of step 3 takes
// it out of there. Every table and index has to earn its place:
//   keys                the claim is decided by its primary key, which grows with the transactions.
//                       All that is left of an entry that was purged.
//   queue               what is pending, purchase by purchase in order: a page or two, however long
//                       the history is.
//   queue_due           what of it can be leased, by time.
//   entries_unsettled   what an operator looks at, by arrival: dead letters, kept requests.
//   entries_purchase    the history of one purchase, and what is kept for it.
//   entries_done        what can be purged, by age.
//   purchases_member    what a member has bought, newest first.
//   purchases_username  whose user name it is.
// A listing by member reads the whole table.
#pragma once

#include "ledger/sqlite/sqlite_handle.hpp"

#include <span>
#include <string>

namespace segpay {

// The statements that lead from schema to schema. A test may add one of its own.
using SqliteSteps = std::span<const char* const>;
SqliteSteps sqlite_steps();

// Makes a new database a ledger, or checks that it is one that this version can work with, brings
// an older one up to date, and sets how it is written. Throws SqliteError; a message about a
// refusal is fit for an operator.
void prepare_ledger_file(SqliteConnection& connection, const std::string& path,
                         SqliteSteps steps = sqlite_steps());

} // namespace segpay
