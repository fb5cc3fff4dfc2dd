// A host that only says hello: loads the installed plugin and prints its name and version.
#include <biller.hpp>

#include <iostream>

int main() {
    biller::Library library(NATS_SEGPAY_PLUGIN, "consumer");
    std::cout << biller::view(library.plugin().name) << " "
              << biller::view(library.plugin().version) << "\n";
}
