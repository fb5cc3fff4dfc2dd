// SQLite reports each connection that it opens; the rows are read through that connection.
#include "ledger_tables.hpp"

#include "property.hpp"

#include <memory>
#include <string_view>
#include <vector>

#include <sqlite3.h>

namespace segpay::fuzz {

namespace {

sqlite3* last_connection = nullptr;

int remember(sqlite3* connection, char**, const sqlite3_api_routines*) {
    last_connection = connection;
    return SQLITE_OK;
}

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

template <class OnRow>
void each_row(const std::string& sql, OnRow on_row) {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v2(last_connection, sql.c_str(), -1, &prepared, nullptr);
    const std::unique_ptr<sqlite3_stmt, Finalize> statement(prepared);
    holds(code == SQLITE_OK, "the tables of the ledger can be read", sql);
    int step = SQLITE_ROW;
    while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
        on_row(prepared);
    holds(step == SQLITE_DONE, "the rows of the ledger can be read", sql);
}

std::string_view bytes_of(sqlite3_stmt* row, int column) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(row, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

} // namespace

void watch_ledgers() {
    const int code = sqlite3_auto_extension(reinterpret_cast<void (*)()>(remember));
    holds(code == SQLITE_OK, "SQLite reports its connections");
}

std::string rows_of_last_ledger() {
    std::vector<std::string> tables;
    each_row("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
             [&](sqlite3_stmt* row) { tables.emplace_back(bytes_of(row, 0)); });
    holds(!tables.empty(), "a ledger has tables");

    std::string rows;
    for (const std::string& table : tables) {
        rows += table + ":\n";
        each_row("SELECT * FROM \"" + table + "\"", [&](sqlite3_stmt* row) {
            for (int column = 0; column < sqlite3_column_count(row); ++column)
                rows.append(bytes_of(row, column)) += '|';
            rows += '\n';
        });
    }
    return rows;
}

} // namespace segpay::fuzz
