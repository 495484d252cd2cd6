#include "get/program.hpp"

int main(int argc, char** argv) { return weft::get_app::run_program({argv + 1, argv + argc}); }
