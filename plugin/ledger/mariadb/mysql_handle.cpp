// The calls into libmariadb, all of them.
#include "ledger/mariadb/mysql_handle.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace segpay {

namespace {

constexpr unsigned kNoCode = CR_UNKNOWN_ERROR;
constexpr std::size_t kFirstColumnBytes = 256; // room for a value; grows by need

struct CodeKind {
    unsigned code;
    MysqlError::Kind kind;
};

constexpr CodeKind kCodeKinds[] = {
    {ER_LOCK_DEADLOCK, MysqlError::Kind::conflict}, // on Galera: certification failed
    {ER_LOCK_WAIT_TIMEOUT, MysqlError::Kind::conflict},
    {ER_CHECKREAD, MysqlError::Kind::conflict},     // innodb_snapshot_isolation
    {ER_UNKNOWN_COM_ERROR, MysqlError::Kind::lost}, // Galera: not part of the majority
    {ER_ERROR_DURING_COMMIT, MysqlError::Kind::lost},
    {ER_SERVER_SHUTDOWN, MysqlError::Kind::lost},
    {ER_CONNECTION_KILLED, MysqlError::Kind::lost},
    {ER_QUERY_INTERRUPTED, MysqlError::Kind::lost},
    {ER_CON_COUNT_ERROR, MysqlError::Kind::lost},
    {ER_NET_READ_INTERRUPTED, MysqlError::Kind::lost},      // it heard nothing for too long
    {ER_OPTION_PREVENTS_STATEMENT, MysqlError::Kind::lost}, // made read-only for a while
};

// Numbers of the client's own errors: none of them leaves a connection that can be trusted.
bool is_of_the_client(unsigned code) {
    return (code >= CR_MIN_ERROR && code <= CR_MAX_ERROR) ||
           (code >= CER_MIN_ERROR && code <= CER_MAX_ERROR);
}

// Errors whose words quote a value.
constexpr CodeKind kQuoting[] = {
    {ER_DUP_ENTRY, MysqlError::Kind::other},
    {ER_DUP_ENTRY_WITH_KEY_NAME, MysqlError::Kind::other},
    {ER_TRUNCATED_WRONG_VALUE, MysqlError::Kind::other},
    {ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, MysqlError::Kind::other},
};

[[noreturn]] void fail(unsigned code, const char* words) {
    std::string message = "error " + std::to_string(code);
    if (std::ranges::find(kQuoting, code, &CodeKind::code) == std::end(kQuoting))
        message += std::string(": ") + words;
    throw MysqlError(code, message);
}

[[noreturn]] void fail(MYSQL* connection) {
    fail(mysql_errno(connection), mysql_error(connection));
}

// The library's own beginning is not made for threads.
void begin_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (mysql_library_init(0, nullptr, nullptr) != 0)
            throw MysqlError(kNoCode, "libmariadb does not start");
    });
}

} // namespace

MysqlError::Kind MysqlError::kind() const {
    const auto known = std::ranges::find(kCodeKinds, code_, &CodeKind::code);
    if (known != std::end(kCodeKinds)) return known->kind;
    return is_of_the_client(code_) ? Kind::lost : Kind::other;
}

MysqlError MysqlError::conflict(const std::string& message) {
    return MysqlError(ER_CHECKREAD, message);
}

// A prepared statement with the room for its parameters and for one row.
class MysqlStatement {
public:
    MysqlStatement(MYSQL* connection, std::string_view sql) : handle_(mysql_stmt_init(connection)) {
        if (!handle_) segpay::fail(connection);
        if (mysql_stmt_prepare(handle_.get(), sql.data(), sql.size()) != 0) fail();
        parameters_.resize(mysql_stmt_param_count(handle_.get()));
        columns_.resize(mysql_stmt_field_count(handle_.get()));
        if (!columns_.empty()) describe_columns();
    }

    void run(MysqlValues values) {
        if (values.size() != parameters_.size())
            throw MysqlError(kNoCode, "a statement was given " + std::to_string(values.size()) +
                                          " values for " + std::to_string(parameters_.size()));
        for (std::size_t i = 0; i < values.size(); ++i)
            parameters_[i] = bound(values[i]);
        if (!parameters_.empty() && mysql_stmt_bind_param(handle_.get(), parameters_.data()))
            fail();
        if (mysql_stmt_execute(handle_.get()) != 0) fail();
        if (!columns_.empty() && mysql_stmt_store_result(handle_.get()) != 0) fail();
        is_bound_ = false;
    }

    std::size_t width_of_rows(MysqlValues values) const {
        const std::size_t width = parameters_.size();
        if (width == 0 || values.empty() || values.size() % width != 0)
            throw MysqlError(kNoCode, "a statement was given values that make no rows");
        return width;
    }

    // For each row of values.
    void run_all(MysqlValues values) {
        const std::size_t width = width_of_rows(values);
        std::vector<Array> arrays(width);
        for (std::size_t i = 0; i < width; ++i)
            parameters_[i] = arrays[i].filled(values, i, width);
        set_rows(static_cast<unsigned>(values.size() / width));
        const bool failed = mysql_stmt_bind_param(handle_.get(), parameters_.data()) != 0 ||
                            mysql_stmt_execute(handle_.get()) != 0;
        set_rows(0);
        if (failed) fail();
    }

    bool next() {
        if (columns_.empty()) return false;
        if (!is_bound_) bind_columns();
        switch (mysql_stmt_fetch(handle_.get())) {
            case MYSQL_NO_DATA:
                return false;
            case 0:
                return true;
            case MYSQL_DATA_TRUNCATED:
                widen();
                return true;
            default:
                fail();
        }
    }

    void end() { mysql_stmt_free_result(handle_.get()); }

    std::int64_t changed() const {
        return static_cast<std::int64_t>(mysql_stmt_affected_rows(handle_.get()));
    }
    std::int64_t last_row() const {
        return static_cast<std::int64_t>(mysql_stmt_insert_id(handle_.get()));
    }

    struct Column {
        bool is_number = false;
        my_bool is_null = 0;
        std::int64_t number = 0;
        std::string bytes;
        unsigned long size = 0;
    };
    const Column& column(int number) const { return columns_.at(static_cast<std::size_t>(number)); }

private:
    struct End {
        void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
    };

    // One parameter of all rows. Its kind is that of all that are not nothing.
    struct Array {
        std::vector<std::int64_t> numbers;
        std::vector<const char*> bytes;
        std::vector<unsigned long> sizes;
        std::vector<char> indicators;

        MYSQL_BIND filled(MysqlValues values, std::size_t first, std::size_t width) {
            MYSQL_BIND bind{};
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            for (std::size_t i = first; i < values.size(); i += width) {
                const MysqlValue& value = values[i];
                const bool is_nothing = value.kind == MysqlValue::Kind::nothing;
                if (value.kind == MysqlValue::Kind::bytes) bind.buffer_type = MYSQL_TYPE_BLOB;
                numbers.push_back(value.number);
                bytes.push_back(value.bytes.data() ? value.bytes.data() : "");
                sizes.push_back(static_cast<unsigned long>(value.bytes.size()));
                indicators.push_back(is_nothing ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE);
            }
            const bool is_number = bind.buffer_type == MYSQL_TYPE_LONGLONG;
            bind.buffer =
                is_number ? static_cast<void*>(numbers.data()) : static_cast<void*>(bytes.data());
            bind.length = sizes.data();
            bind.u.indicator = indicators.data();
            return bind;
        }
    };

    void set_rows(unsigned count) {
        mysql_stmt_attr_set(handle_.get(), STMT_ATTR_ARRAY_SIZE, &count);
    }

    [[noreturn]] void fail() const {
        segpay::fail(mysql_stmt_errno(handle_.get()), mysql_stmt_error(handle_.get()));
    }

    static MYSQL_BIND bound(const MysqlValue& value) {
        MYSQL_BIND bind{};
        switch (value.kind) {
            case MysqlValue::Kind::nothing:
                bind.buffer_type = MYSQL_TYPE_NULL;
                break;
            case MysqlValue::Kind::number:
                bind.buffer_type = MYSQL_TYPE_LONGLONG;
                bind.buffer = const_cast<std::int64_t*>(&value.number);
                break;
            case MysqlValue::Kind::bytes:
                bind.buffer_type = MYSQL_TYPE_BLOB;
                bind.buffer = const_cast<char*>(value.bytes.data() ? value.bytes.data() : "");
                bind.buffer_length = static_cast<unsigned long>(value.bytes.size());
                break;
        }
        return bind;
    }

    void describe_columns() {
        MYSQL_RES* const description = mysql_stmt_result_metadata(handle_.get());
        if (!description) fail();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const MYSQL_FIELD* field =
                mysql_fetch_field_direct(description, static_cast<unsigned>(i));
            columns_[i].is_number = IS_NUM(field->type) != 0;
            if (!columns_[i].is_number) columns_[i].bytes.resize(kFirstColumnBytes);
        }
        mysql_free_result(description);
        row_.resize(columns_.size());
    }

    void bind_columns() {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            Column& column = columns_[i];
            MYSQL_BIND bind{};
            bind.is_null = &column.is_null;
            bind.length = &column.size;
            if (column.is_number) {
                bind.buffer_type = MYSQL_TYPE_LONGLONG;
                bind.buffer = &column.number;
            } else {
                bind.buffer_type = MYSQL_TYPE_BLOB;
                bind.buffer = column.bytes.data();
                bind.buffer_length = static_cast<unsigned long>(column.bytes.size());
            }
            row_[i] = bind;
        }
        if (mysql_stmt_bind_result(handle_.get(), row_.data())) fail();
        is_bound_ = true;
    }

    // Of the row that is there, what had no room is fetched again.
    void widen() {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            Column& column = columns_[i];
            if (column.is_number || column.is_null || column.size <= column.bytes.size()) continue;
            column.bytes.resize(column.size);
            MYSQL_BIND bind{};
            bind.buffer_type = MYSQL_TYPE_BLOB;
            bind.buffer = column.bytes.data();
            bind.buffer_length = static_cast<unsigned long>(column.bytes.size());
            bind.length = &column.size;
            bind.is_null = &column.is_null;
            if (mysql_stmt_fetch_column(handle_.get(), &bind, static_cast<unsigned>(i), 0) != 0)
                fail();
        }
        is_bound_ = false; // the rooms have moved
    }

    std::unique_ptr<MYSQL_STMT, End> handle_;
    std::vector<MYSQL_BIND> parameters_;
    std::vector<MYSQL_BIND> row_;
    std::vector<Column> columns_;
    bool is_bound_ = false;
};

MysqlQuery::MysqlQuery(MysqlStatement& statement, MysqlValues values) : statement_(statement) {
    statement_.run(values);
}

MysqlQuery::~MysqlQuery() { statement_.end(); }

bool MysqlQuery::next() { return statement_.next(); }

bool MysqlQuery::is_null(int column) const { return statement_.column(column).is_null != 0; }

std::int64_t MysqlQuery::integer(int column) const {
    const auto& value = statement_.column(column);
    return value.is_null ? 0 : value.number;
}

std::string_view MysqlQuery::text(int column) const {
    const auto& value = statement_.column(column);
    return value.is_null ? std::string_view() : std::string_view(value.bytes.data(), value.size);
}

void MysqlConnection::Close::operator()(st_mysql* connection) const { mysql_close(connection); }

MysqlConnection::MysqlConnection(const MysqlConfig& config, const MysqlServer& server) {
    begin_library();
    connection_.reset(mysql_init(nullptr));
    MYSQL* const connection = connection_.get();
    if (!connection) throw MysqlError(CR_OUT_OF_MEMORY, "out of memory");
    const auto set = [&](mysql_option option, const void* value) {
        mysql_options(connection, option, value);
    };
    const unsigned timeout_s = kIoTimeoutS, none = 0;
    const my_bool no = 0, yes = 1;
    for (const mysql_option limited :
         {MYSQL_OPT_CONNECT_TIMEOUT, MYSQL_OPT_READ_TIMEOUT, MYSQL_OPT_WRITE_TIMEOUT})
        set(limited, &timeout_s);
    set(MYSQL_OPT_RECONNECT, &no); // it would go on with half a transaction
    set(MYSQL_OPT_LOCAL_INFILE, &none);
    set(MYSQL_SET_CHARSET_NAME, "utf8mb4");
    // Else "localhost" is the socket of whatever server is this machine's.
    const unsigned protocol = server.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
    set(MYSQL_OPT_PROTOCOL, &protocol);
    if (!config.tls_ca.empty() && server.socket.empty()) {
        set(MYSQL_OPT_SSL_CA, config.tls_ca.c_str());
        set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes); // and refuses a server without TLS
    }
    std::string password(config.password.reveal());
    const bool is_open =
        mysql_real_connect(connection, server.socket.empty() ? server.host.c_str() : nullptr,
                           config.user.c_str(), password.c_str(), config.database.c_str(),
                           server.port, server.socket.empty() ? nullptr : server.socket.c_str(),
                           0) != nullptr;
    wipe(password);
    if (!is_open) fail(connection);
    if (server.socket.empty()) bound_hangs();
}

MysqlConnection::~MysqlConnection() = default;

// A peer that is gone without a word is noticed by the kernel, also while nothing is asked.
void MysqlConnection::bound_hangs() const {
    const int socket = static_cast<int>(mysql_get_socket(connection_.get()));
    const auto set = [&](int level, int option, int value) {
        ::setsockopt(socket, level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 1);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
    set(IPPROTO_TCP, TCP_KEEPCNT, static_cast<int>(kIoTimeoutS) - 1);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(kIoTimeoutS) * 1000);
    set(IPPROTO_TCP, TCP_NODELAY, 1);
}

void MysqlConnection::check_time() const {
    if (until_ != Clock::time_point::max() && Clock::now() >= until_)
        throw MysqlError(CR_SERVER_LOST, "there was no time left for it");
}

void MysqlConnection::execute(const std::string& sql) { (void)rows(sql); }

std::vector<std::vector<std::string>> MysqlConnection::rows(const std::string& sql) {
    check_time();
    MYSQL* const connection = connection_.get();
    if (mysql_real_query(connection, sql.data(), sql.size()) != 0) fail(connection);
    std::vector<std::vector<std::string>> found;
    MYSQL_RES* const result = mysql_store_result(connection);
    if (!result) {
        if (mysql_errno(connection) != 0) fail(connection);
        return found;
    }
    const unsigned columns = mysql_num_fields(result);
    while (const MYSQL_ROW row = mysql_fetch_row(result)) {
        const unsigned long* const sizes = mysql_fetch_lengths(result);
        std::vector<std::string>& texts = found.emplace_back();
        for (unsigned i = 0; i < columns; ++i)
            texts.emplace_back(row[i] ? row[i] : "", row[i] ? sizes[i] : 0);
    }
    mysql_free_result(result);
    return found;
}

std::int64_t MysqlConnection::run_change(std::string_view sql, MysqlValues values) {
    MysqlStatement& statement = prepared(sql);
    statement.run(values);
    last_row_ = statement.last_row();
    const std::int64_t changed = statement.changed();
    change_count_ += changed;
    return changed;
}

std::int64_t MysqlConnection::change_all(std::string_view sql, MysqlValues values) {
    MysqlStatement& statement = prepared(sql);
    if (!has_arrays_) {
        const std::size_t width = statement.width_of_rows(values);
        std::int64_t changed = 0;
        for (; !values.empty(); values = values.subspan(width))
            changed += run_change(sql, values.first(width));
        return changed;
    }
    statement.run_all(values);
    const std::int64_t changed = statement.changed();
    change_count_ += changed;
    return changed;
}

std::int64_t MysqlConnection::last_row() const { return last_row_; }

MysqlStatement& MysqlConnection::prepared(std::string_view sql) {
    check_time();
    return *statements_.find(sql, [&] {
        auto statement = std::make_unique<MysqlStatement>(connection_.get(), sql);
        check_time(); // it may have taken long
        return statement;
    });
}

} // namespace segpay
