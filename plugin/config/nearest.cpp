// Edit distance between short words.
#include "config/nearest.hpp"

#include "values/word.hpp"

#include <algorithm>

namespace segpay {

namespace {

constexpr std::size_t kMaxWord = 64; // longer ones are no misspelt keys

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

} // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
    if (word.empty() || word.size() > kMaxWord) return {};
    const std::string wanted = lower_case(word);
    // At most a third of the letters may be wrong: beyond that, a suggestion would be a guess.
    std::size_t best = std::max<std::size_t>(1, wanted.size() / 3) + 1;
    std::string found;
    for (const std::string& candidate : known) {
        if (candidate.size() > kMaxWord) continue;
        const std::size_t longer = std::max(wanted.size(), candidate.size());
        const std::size_t shorter = std::min(wanted.size(), candidate.size());
        if (longer - shorter >= best) continue; // so many insertions are too many
        const std::size_t far = distance(wanted, lower_case(candidate));
        if (far < best) {
            best = far;
            found = candidate;
        }
    }
    return found;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    const std::string meant = nearest(word, known);
    return meant.empty() ? std::string() : "; did you mean \"" + meant + "\"?";
}

std::string comma_list(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : ", ") + word;
    return list;
}

} // namespace segpay
