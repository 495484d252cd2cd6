#include "chat/program.hpp"

int main(int argc, char** argv) { return weft::chat_app::run_program({argv + 1, argv + argc}); }
