// Runs a fuzz target over files instead of under the fuzzer: each argument is a file or a folder of
// files. A file that breaks a property ends the process; its name is the last one printed.
#include "property.hpp"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

using Path = std::filesystem::path;

std::vector<Path> files_of(const Path& path) {
    if (!std::filesystem::is_directory(path)) return {path};
    std::vector<Path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

void replay(const Path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw std::runtime_error(file.string() + " cannot be read");
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    std::printf("%s\n", file.filename().c_str());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

} // namespace

int main(int argc, char** argv) {
    try {
        std::size_t count = 0;
        for (int i = 1; i < argc; ++i)
            for (const Path& file : files_of(argv[i])) {
                replay(file);
                ++count;
            }
        std::printf("%zu files\n", count);
        return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE; // an empty corpus proves nothing
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "replay: %s\n", failure.what());
        return EXIT_FAILURE;
    }
}
