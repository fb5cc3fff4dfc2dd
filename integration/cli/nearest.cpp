// The known name that was probably meant.
#include "nearest.hpp"

#include <algorithm>
#include <numeric>

namespace nats_cli {
namespace {

// Levenshtein's distance: insertions, deletions and replacements.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            std::size_t above = row[j + 1];
            row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row.back();
}

} // namespace

std::string suggestion(std::string_view typed, const std::vector<std::string_view>& known) {
    auto nearer = [typed](std::string_view a, std::string_view b) {
        return distance(typed, a) < distance(typed, b);
    };
    auto best = std::min_element(known.begin(), known.end(), nearer);
    if (best != known.end() && distance(typed, *best) <= 1 + best->size() / 3)
        return "; did you mean \"" + std::string(*best) + "\"?";
    std::string list;
    for (std::string_view name : known)
        list += (list.empty() ? "" : ", ") + std::string(name);
    return "; known are: " + list;
}

} // namespace nats_cli
