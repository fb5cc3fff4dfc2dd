// writer_sum: adds to numbers that other nodes add to at the same time, in transactions of a
// MysqlWriter, for a test that counts whether each reported commit took place. Each transaction has
// a session of its own, so that its statements are prepared in the middle of it.
//
//     writer_sum HOST PORT SECONDS
//
// Table segpay_sums(id 1 to 4, n). Its output: COMMITTED FAILED TRIES, numbers of transactions.
// A failed transaction may be committed if its connection was lost.
#include "nodes.hpp"

#include "ledger/mariadb/mysql_writer.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>

using namespace segpay;

namespace {

constexpr int kNumbers = 4;

// The statement after the change is prepared after it.
void add_one(MysqlConnection& connection, int id) {
    connection.change("UPDATE segpay_sums SET n = n + 1 WHERE id = ?", id);
    for (const char* question :
         {"SELECT n FROM segpay_sums WHERE id = ?", "SELECT -n FROM segpay_sums WHERE id = ?",
          "SELECT n + 1 FROM segpay_sums WHERE id = ?",
          "SELECT n - 1 FROM segpay_sums WHERE id = ?"}) {
        MysqlQuery row = connection.query(question, id);
        row.next();
    }
}

} // namespace

int main(int count, char** words) {
    using Clock = MysqlServers::Clock;
    if (count != 4) {
        std::cerr << "usage: writer_sum HOST PORT SECONDS\n";
        return 2;
    }
    MysqlServers servers(test::ledger_on({test::node_at(words[1], words[2])}));
    const auto end = Clock::now() + std::chrono::seconds(std::stoi(words[3]));
    std::minstd_rand random{std::random_device()()};
    std::uint64_t committed = 0, failed = 0, tries = 0;
    while (Clock::now() < end) {
        const int id = 1 + static_cast<int>(random() % kNumbers);
        try {
            MysqlWriter writer(servers, servers.open(Clock::now() + kMysqlTime));
            GroupCommit::Operation adding([&] {
                ++tries;
                add_one(writer.connection(), id);
            });
            const std::array operations{&adding};
            writer.run(operations, Clock::now() + kMysqlTime, true);
            ++committed;
        } catch (const MysqlError& error) {
            std::cerr << "writer_sum: " << error.what() << "\n";
            ++failed;
        }
    }
    std::cout << committed << " " << failed << " " << tries << std::endl;
}
