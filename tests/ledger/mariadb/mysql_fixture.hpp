// Shared by the tests of the MariaDB back end: a database of their own, other clients that hold
// locks, and a wire that can be cut.
#pragma once

#include "ledger/fixture.hpp"
#include "ledger/mariadb/mysql_handle.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace segpay::test {

// A precondition: without a server there is nothing to test.
inline boost::test_tools::assertion_result on_mariadb(boost::unit_test::test_unit_id) {
    boost::test_tools::assertion_result result(testing::is_on_mariadb());
    result.message() << "SEGPAY_TEST_MARIADB names no server";
    return result;
}

inline int unix_socket(const std::string& path, bool is_listening) {
    const int end = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    const int failed = is_listening ? ::bind(end, name, sizeof address) | ::listen(end, 64)
                                    : ::connect(end, name, sizeof address);
    if (failed != 0) throw std::runtime_error(path + ": " + std::strerror(errno));
    return end;
}

// A wire to the server. At the next COMMIT it does, once, what `at_commit` says. On request it
// rolls the transaction back when a SELECT is prepared, without a report, as a node of a Galera
// cluster does when another committed first.
class Wire {
public:
    enum class AtCommit {
        pass,
        cut_before,  // the server never gets it
        cut_after,   // the server has done it; the client gets no answer
        cut_delayed, // the client is cut off; the server gets it half a second later
        hang_after,  // the server has done it; the client waits
        hang_before, // the server waits, and so does the client
        late,        // half a second later, and then on as before
    };

    explicit Wire(std::string path) : path_(std::move(path)), listener_(unix_socket(path_, true)) {
        acceptor_ = std::thread([this] { accept_all(); });
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;
    ~Wire() {
        is_over_ = true;
        acceptor_.join();
        for (std::thread& carrier : carriers_)
            carrier.join();
        ::close(listener_);
    }

    const std::string& path() const { return path_; }
    std::atomic<AtCommit> at_commit = AtCommit::pass;
    std::atomic<int> undoes_at_select = 0; // at which SELECT from now on; 0: none
    std::atomic<bool> is_closed = false;   // to new connections
    std::atomic<int> commits = 0;          // seen

private:
    static constexpr int kTickMs = 20;

    static bool is_readable(int end) {
        pollfd wanted{end, POLLIN, 0};
        return ::poll(&wanted, 1, kTickMs) == 1;
    }

    void accept_all() {
        while (!is_over_) {
            if (!is_readable(listener_)) continue;
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (is_closed) {
                ::close(client);
                continue;
            }
            const int server = unix_socket(testing::mariadb_folder() + "/socket", false);
            carriers_.emplace_back([this, client, server] { carry(client, server); });
        }
    }

    // A request is a header of four bytes, the number of the command, and a text.
    static bool is_commit(std::string_view sent) {
        return sent.size() > 5 && sent[4] == 3 && sent.substr(5) == "COMMIT";
    }

    static bool is_select_prepared(std::string_view sent) {
        return sent.size() > 5 && sent[4] == 22 && sent.substr(5).starts_with("SELECT");
    }

    // Returns when the answer has arrived.
    void ask(int server, std::string_view request) const {
        (void)!::send(server, request.data(), request.size(), MSG_NOSIGNAL);
        while (!is_over_ && !is_readable(server))
            continue;
    }

    void undo(int server) const {
        ask(server, std::string_view("\x09\0\0\0\x03ROLLBACK", 13));
        char answer[64];
        (void)!::read(server, answer, sizeof answer);
    }

    void carry(int client, int server) {
        while (!is_over_) {
            pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
            if (::poll(ends, 2, kTickMs) <= 0) continue;
            const bool is_request = ends[0].revents != 0;
            char bytes[65536];
            const ssize_t size = ::read(is_request ? client : server, bytes, sizeof bytes);
            if (size <= 0) break;
            const std::string_view sent(bytes, static_cast<std::size_t>(size));
            if (is_request && is_select_prepared(sent) && undoes_at_select > 0 &&
                --undoes_at_select == 0)
                undo(server);
            if (is_request && is_commit(sent)) {
                ++commits;
                const AtCommit wanted = at_commit.exchange(AtCommit::pass);
                interfere(wanted, client, server, sent);
                if (wanted != AtCommit::pass && wanted != AtCommit::late) break;
            }
            if (::send(is_request ? server : client, bytes, sent.size(), MSG_NOSIGNAL) < 0) break;
        }
        ::close(client);
        ::close(server);
    }

    void interfere(AtCommit wanted, int client, int server, std::string_view sent) {
        using namespace std::chrono_literals;
        const auto wait = [&](auto time) {
            for (auto waited = 0ms; waited < time && !is_over_; waited += 20ms)
                std::this_thread::sleep_for(20ms);
        };
        switch (wanted) {
            case AtCommit::pass:
            case AtCommit::cut_before:
                return;
            case AtCommit::cut_after:
                ask(server, sent);
                return;
            case AtCommit::cut_delayed:
                ::shutdown(client, SHUT_RDWR);
                wait(500ms);
                ask(server, sent);
                return;
            case AtCommit::hang_after:
                ask(server, sent);
                wait(20s);
                return;
            case AtCommit::hang_before:
                wait(20s);
                return;
            case AtCommit::late:
                wait(500ms);
                return;
        }
    }

    const std::string path_;
    const int listener_;
    std::atomic<bool> is_over_ = false;
    std::thread acceptor_;
    std::vector<std::thread> carriers_; // of the acceptor's thread
};

// A database without a ledger.
struct DatabaseFolder : TemporaryFolder {
    const std::string name = testing::database_for(file("db"));
    MysqlConfig config = testing::mariadb(name);

    DatabaseFolder() { testing::make_database(name); }

    std::unique_ptr<Ledger> open_with(const MysqlConfig& mysql) const {
        LedgerSettings settings;
        settings.lease_ms = kLeaseMs;
        settings.mysql = mysql;
        return open_mysql_ledger(settings);
    }
    std::unique_ptr<Ledger> open_here() const { return open_with(config); }
    // Through wires.
    template <class... Wires>
    std::unique_ptr<Ledger> open_by(const Wires&... wires) const {
        MysqlConfig mysql = config;
        mysql.servers = {{"", 0, wires.path()}...};
        return open_with(mysql);
    }

    std::unique_ptr<MysqlConnection> client() const {
        return std::make_unique<MysqlConnection>(config, config.servers[0]);
    }
    std::string value(const std::string& sql) const { return client()->rows(sql).at(0).at(0); }
};

} // namespace segpay::test
