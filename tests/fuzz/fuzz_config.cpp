// Any text as a configuration: it is refused with existing positions, the same ones each time, or
// it can be used. A referenced value is in no message.
//
// Input: the text.
#include "boundary/boundary.hpp"
#include "config/load.hpp"
#include "inbox/inbox.hpp"
#include "postbacks/portal.hpp"
#include "property.hpp"

#include <vector>

using namespace segpay;
using namespace segpay::fuzz;

namespace {

constexpr std::string_view kFile = SEGPAY_SOURCE_DIR "/config/examples/fuzz.yaml";
constexpr std::string_view kSecret = "canary-of-the-environment";

// Bytes of the line with that number, from 1, which are never fewer than its characters; -1: there
// is no such line.
std::ptrdiff_t length_of_line(std::string_view text, int number) {
    Input lines(reinterpret_cast<const uint8_t*>(text.data()), text.size());
    for (int skipped = 1; skipped < number; ++skipped)
        if (!contains(lines.rest(), "\n"))
            return -1;
        else
            lines.until('\n');
    return number < 1 ? -1 : std::ssize(lines.until('\n'));
}

void check_problems(const std::vector<Problem>& problems, Severity severity,
                    std::string_view text) {
    for (const Problem& problem : problems) {
        const std::string whole = to_string(problem);
        holds(problem.file == kFile, "a problem is of the file", whole);
        holds(problem.severity == severity, "mistakes and warnings are kept apart", whole);
        holds(!problem.message.empty() && is_clean_utf8(problem.message),
              "a message is UTF-8 without control characters", whole);
        if (problem.line != 0) {
            const std::ptrdiff_t length = length_of_line(text, problem.line);
            holds(length >= 0, "the line of a problem is in the text", whole);
            holds(problem.column >= 1 && problem.column <= length + 1,
                  "the column of a problem is in its line", whole);
        }
        if (!contains(text, "canary"))
            holds(!contains(whole, "canary"), "a referenced value shows in no message", whole);
    }
    holds(std::is_sorted(problems.begin(), problems.end(),
                         [](const Problem& a, const Problem& b) { return a.line < b.line; }),
          "problems are in order of lines");
}

void check_links(const Account& account, Ledger& ledger) {
    for (const JoinOption& option : account.config().options) {
        LinkRequest request;
        request.kind = LinkKind::join;
        request.option = option.id;
        request.member_id = "908172";
        MadeLink made;
        const std::string& url = made.link.url;
        if (const auto error = account.link(request, ledger, 0, made))
            holds(!error->message.empty(), "a link that cannot be made says why");
        else
            holds(std::all_of(url.begin(), url.end(),
                              [](char c) { return static_cast<unsigned char>(c) > ' '; }),
                  "a link has neither blanks nor control characters", url);
    }
}

void use(Config config) {
    auto host = sized<biller_host>();
    host.event = [](void*, const biller_event*, biller_reason*) -> uint32_t { return BILLER_DONE; };
    const Account account(std::move(config));
    const std::unique_ptr<Ledger> ledger = open_sqlite_ledger({":memory:", 30'000, {}});
    Inbox inbox(account, Host(host), *ledger);
    holds(is_clean_utf8(account.summary()), "a summary is text");
    const std::vector<PortalField> fields = portal_fields(account.config(), "join.example.com");
    holds(!fields.empty(), "there is something to enter in the portal");
    for (const PortalField& field : fields)
        holds(!field.title.empty() && is_clean_utf8(field.title) && is_clean_utf8(field.value) &&
                  is_clean_utf8(field.note),
              "what is to be entered is text", field.value);
    check_links(account, *ledger);
    const Reply reply = inbox.handle({"GET",
                                      "transtype=sale&action=Auth&stage=Initial&approved=Yes"
                                      "&purchaseid=1&transid=2&price=2.95&currencycode=USD",
                                      "",
                                      "127.0.0.1",
                                      {}});
    holds(reply.disposition != Disposition::unavailable, "a ledger in memory does not fail");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
    static const int environment = setenv("SEGPAY_FUZZ", kSecret.data(), 1);
    holds(environment == 0, "the environment takes a variable");
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (contains(text, "/dev") || contains(text, "/proc")) return 0; // not files to read from

    LoadedConfig loaded = load_config_text(text, std::string(kFile));
    holds(loaded.config.has_value() == loaded.problems.empty(), "a configuration or problems");
    check_problems(loaded.problems, Severity::mistake, text);
    check_problems(loaded.warnings, Severity::warning, text);
    const LoadedConfig again = load_config_text(text, std::string(kFile));
    holds(again.problems == loaded.problems, "the same text has the same problems");
    if (loaded.config) use(std::move(*loaded.config));
    return 0;
}
