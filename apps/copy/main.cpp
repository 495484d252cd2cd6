#include <weft/pool/worker_entry.hpp>

#include "copy/program.hpp"

int main(int argc, char** argv) {
  weft::worker_entry(argc, argv);
  return weft::copy_app::run_program({argv + 1, argv + argc});
}
