// nats-segpay check: every mistake and every warning in a configuration, in the format of
// compilers.
#include "commands.hpp"
#include "event_json.hpp"
#include "places.hpp"

#include <algorithm>
#include <cstdio>

namespace nats_cli {

namespace {

void print(const biller::Problem& p, bool as_json) {
    // Line 0 is the file as a whole; editors need a place to jump to.
    const std::uint32_t line = std::max(p.line, 1u);
    const std::uint32_t column = std::max(p.column, 1u);
    if (as_json)
        std::puts(one_line({{"file", p.file},
                            {"line", line},
                            {"column", column},
                            {"message", p.message},
                            {"severity", p.is_mistake() ? "error" : "warning"}})
                      .c_str());
    else
        std::printf("%s:%u:%u: %s%s\n", p.file.c_str(), line, column,
                    p.is_mistake() ? "" : "warning: ", p.message.c_str());
}

std::string counted(std::size_t warnings) {
    return std::to_string(warnings) + (warnings == 1 ? " warning" : " warnings");
}

} // namespace

int check(const Common& common, const std::string& named, bool is_strict) {
    const std::string file = named.empty() ? common.config : named;
    if (file.empty()) throw Usage("check which file? Say nats-segpay check FILE");
    biller::Library library(plugin_file(common), "nats-segpay " NATS_SEGPAY_VERSION);
    const auto problems = library.check({file, std::nullopt, std::nullopt});
    for (const biller::Problem& problem : problems)
        print(problem, common.json);
    if (std::ranges::any_of(problems, &biller::Problem::is_mistake)) return 1;
    const std::size_t warnings = problems.size();
    if (!common.json)
        std::printf("%s: no mistakes%s\n", file.c_str(),
                    warnings ? (", " + counted(warnings)).c_str() : "");
    return is_strict && warnings ? 1 : 0;
}

} // namespace nats_cli
