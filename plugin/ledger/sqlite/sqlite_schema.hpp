// The file of an SQLite ledger: how it is made, recognised and refused. Knows tables and indexes,
// and nothing of what the ledger does with them.
//
// What an entry costs is the pages that its commits write. So it is written once, as if it were
// settled already; what is on its way stands in small tables beside it, and the mark of step 3
// takes it out of there. Of a purchase only what is looked for has columns; the rest is packed into
// one. Every table and index has to earn its place:
//   keys               the claim is decided by its primary key, which grows with the transactions.
//                      All that is left of an entry that was forgotten.
//   handed_out         what was handed out as it was claimed, in one row: see HandedOut.
//   queue              what else is on its way, purchase by purchase in order: a page or two,
//                      however long the history is.
//   queue_due          what of it can be handed out, by time. What was just handed out is not in
//                      it: nearly always it is settled before anybody asks.
//   entries_unsettled  what an operator looks at, by arrival: dead letters, kept requests.
//   purchases_member   what a member has bought, newest first. Written when a purchase is opened or
//                      its memory changes; a renewal changes nothing.
//   usernames          whose user name it is. Written when one is learned first; nothing of a
//                      purchase that has none.
//   purchase_entries   the history of one purchase, for the operator. Filled afterwards, many
//                      entries at a time; a listing reads what is not in it yet from the entries.
// A listing by member reads the whole table.
#pragma once

#include "ledger/sqlite/sqlite_handle.hpp"

namespace segpay {

inline constexpr int kSchemaVersion = 6;

// Makes a new database a ledger, or checks that it is one that this version can work with, brings
// an older one up to date, and sets how it is written. Throws SqliteError; a message about a
// refusal is fit for an operator.
void prepare_ledger_file(SqliteConnection& connection, const std::string& path);

} // namespace segpay
