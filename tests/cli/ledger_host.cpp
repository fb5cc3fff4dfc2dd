// A host for the tests of nats-segpay: passes postbacks from standard input to the plugin, then
// recovers all that is due a day from now, and prints each event. Uses a ledger in a file.
//     ledger_host PLUGIN CONFIG LEDGER done|refuse
#include "biller.hpp"

#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>

namespace {

class PrintingHost : public biller::Host {
public:
    explicit PrintingHost(bool refuses) : refuses_(refuses) {}

    biller::Answer event(const biller_event& event) override {
        std::printf("%s %s%s\n", biller::text(event.kind_name).c_str(),
                    biller::text(event.purchase_id).c_str(),
                    event.redelivery == BILLER_YES ? " again" : "");
        return refuses_ ? biller::Answer::refuse("this host refuses") : biller::Answer::done();
    }
    std::optional<int64_t> now_ms() override {
        return (std::time(nullptr) + days_ * 86'400) * 1000;
    }
    void next_day() { ++days_; }

private:
    bool refuses_;
    int64_t days_ = 0;
};

} // namespace

int main(int count, char** arguments) {
    if (count != 5) return 2;
    try {
        PrintingHost host(std::string(arguments[4]) == "refuse");
        biller::Library library(arguments[1], "ledger_host");
        biller::Instance segpay(library, {arguments[2], std::nullopt, arguments[3]}, host);
        for (std::string line; std::getline(std::cin, line);)
            segpay.handle({"GET", line, "", "127.0.0.1", {}});
        host.next_day();
        segpay.recover();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "ledger_host: %s\n", failure.what());
        return 1;
    }
}
