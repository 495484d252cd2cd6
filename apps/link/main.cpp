#include "link/program.hpp"

int main(int argc, char** argv) { return weft::link_app::run_program({argv + 1, argv + argc}); }
