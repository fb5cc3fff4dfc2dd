// The write-ahead log of an SQLite database as a file that is written with few calls. SQLite writes
// each page with two calls, its head and its bytes; here what one commit writes is gathered, and
// goes out in one piece when SQLite syncs it, before anybody is told of the commit. That sync
// itself is left to whoever opened the file: see SqliteConnection::sync_log(). All other syncs,
// that of a new log's head and those around copying the log, take place as SQLite asks for them.
// For all other files, and beneath this one, whatever VFS is SQLite's default does the work.
//
// So a connection that uses it must have synchronous=FULL: with less SQLite does not say when a
// commit is written. It can neither ATTACH nor VACUUM.
//
// Threads: as SQLite's files; but beneath() may be synced while another thread writes.
#pragma once

#include <memory>

struct sqlite3;
struct sqlite3_file;

namespace segpay {

// Of one connection, which it must outlive.
class SqliteLogFile {
public:
    SqliteLogFile();
    ~SqliteLogFile();
    SqliteLogFile(const SqliteLogFile&) = delete;
    SqliteLogFile& operator=(const SqliteLogFile&) = delete;

    // As sqlite3_open_v2; the log of what is opened is such a file.
    int open(const char* path, sqlite3** connection, int flags);

    // The real file of a log that was opened so; any other file: itself.
    static sqlite3_file* beneath(sqlite3_file* file);

    // Forgets what was gathered and not written. For when a transaction was rolled back: what it
    // wrote must not come out later, over what others have committed at the same place meanwhile.
    static void forget_gathered(sqlite3_file* file);

private:
    struct Vfs;
    std::unique_ptr<Vfs> vfs_;
};

} // namespace segpay
