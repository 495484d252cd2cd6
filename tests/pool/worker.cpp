#include <weft/pool/worker_entry.hpp>

// The processes that the tests start are this program.
void before_tests(int argc, char** argv);
void before_tests(int argc, char** argv) { weft::worker_entry(argc, argv); }
