// Collecting mistakes, and writing one down.
#include "config/problems.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <tuple>

namespace segpay {

void Problems::add(Place place, std::string_view message) {
    found_.push_back({file_, place.line, place.column, clean_text(message)});
}

std::vector<Problem> Problems::by_line() const {
    std::vector<Problem> sorted = found_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    return sorted;
}

std::string to_string(const Problem& problem) {
    std::string place = problem.file;
    if (problem.line > 0)
        place += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
    return place + ": " + problem.message;
}

} // namespace segpay
