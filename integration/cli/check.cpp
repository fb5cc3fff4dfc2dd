// nats-segpay check: every mistake in a configuration, as compilers report theirs.
#include "commands.hpp"
#include "event_json.hpp"
#include "places.hpp"

#include <algorithm>
#include <cstdio>

namespace nats_cli {

int check(const Common& common, const std::string& named) {
    const std::string file = named.empty() ? common.config : named;
    if (file.empty()) throw Usage("check which file? Say nats-segpay check FILE");
    biller::Library library(plugin_file(common), "nats-segpay " NATS_SEGPAY_VERSION);
    auto problems = library.check({file, std::nullopt, std::nullopt});
    for (const biller::Problem& p : problems) {
        // Line 0 is the file as a whole; editors want a place to jump to.
        std::uint32_t line = std::max(p.line, 1u);
        std::uint32_t column = std::max(p.column, 1u);
        if (common.json)
            std::puts(
                one_line(
                    {{"file", p.file}, {"line", line}, {"column", column}, {"message", p.message}})
                    .c_str());
        else
            std::printf("%s:%u:%u: %s\n", p.file.c_str(), line, column, p.message.c_str());
    }
    if (!problems.empty()) return 1;
    if (!common.json) std::printf("%s: no mistakes\n", file.c_str());
    return 0;
}

} // namespace nats_cli
