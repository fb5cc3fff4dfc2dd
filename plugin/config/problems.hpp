// Places in a configuration file, and the mistakes and warnings found there. Knows nothing of the
// meaning of a configuration.
#pragma once

#include "config/load.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

// Line and column from 1, the column in characters. Line 0: the file as a whole.
struct Place {
    int line = 0;
    int column = 0;
};

class Problems {
public:
    explicit Problems(std::string file) : file_(std::move(file)) {}

    // Control characters in the message, such as line breaks, become spaces.
    void add(Place place, std::string_view message);
    void warn(Place place, std::string_view message);   // likewise
    bool is_empty() const { return mistakes_.empty(); } // warnings do not count
    std::vector<Problem> by_line() const;               // the mistakes
    std::vector<Problem> warnings_by_line() const;      // without lines that have a mistake

private:
    std::string file_;
    std::vector<Problem> mistakes_;
    std::vector<Problem> warnings_;
};

} // namespace segpay
