// A configuration as text, before YAML: line and column of each place, whether it is text at all,
// and input that YAML reads otherwise than intended. Knows nothing of trees.
#pragma once

#include "config/problems.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// Converts offsets in bytes to places, which editors count in lines and characters from 1.
class Lines {
public:
    explicit Lines(std::string_view text); // which must outlive it

    Place place(std::size_t offset) const;
    // Converts yaml-cpp's places: lines and columns from 0, columns in bytes. Past the end of a
    // line, or of the text, its end.
    std::size_t offset(int line, int column) const;
    std::string_view text() const { return text_; }

private:
    std::string_view text_;
    std::vector<std::size_t> begins_; // of each line
};

// Whether it is UTF-8 without control characters, in lines that end with LF or CRLF. Reports every
// violation.
bool is_text(const Lines& lines, Problems& problems);

// A place that YAML cannot read, or reads otherwise than intended.
struct Finding {
    std::size_t offset = 0;
    std::string advice;      // what is wrong, and what to write
    bool is_certain = false; // whether it is wrong even if YAML reads it
};

// Reads the text more roughly than YAML does, to find out what was intended. Findings are in order
// of offsets. No value appears in an advice: it could be a secret.
std::vector<Finding> survey(std::string_view text);

} // namespace segpay
