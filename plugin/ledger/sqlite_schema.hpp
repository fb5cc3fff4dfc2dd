// The file of an SQLite ledger: how it is made, recognised and refused. Knows tables and indexes,
// and nothing of what the ledger does with them.
//
// What an entry costs is the pages that its commits write, so every index has to earn its place:
//   entries_key        unique; the claim is decided by it.
//   entries_pending    the queue of a purchase. Holds nothing but pending entries, so that the hot
//                      path stays within a page or two, however long the history is.
//   entries_due        what can be handed out, by time. Of each purchase at most one entry has a
//                      next_attempt_at. So "one at a time, in order" needs no search, and recovery
//                      costs one look when nothing waits.
//   entries_unsettled  what an operator looks at, by arrival: pending, dead letters, kept requests.
//   entries_purchase   the history of one purchase, for the operator. Written once, at the claim.
//   purchases_member   what a member has bought, newest first. Written when a purchase is opened or
//                      its memory changes; a renewal changes nothing.
// A listing by member reads the whole table.
#pragma once

#include "ledger/sqlite_handle.hpp"

namespace segpay {

inline constexpr int kSchemaVersion = 2;

// Makes a new database a ledger, or checks that it is one that this version can work with, brings
// an older one up to date, and sets how it is written. Throws SqliteError; a message about a
// refusal is fit for an operator.
void prepare_ledger_file(SqliteConnection& connection, const std::string& path);

} // namespace segpay
