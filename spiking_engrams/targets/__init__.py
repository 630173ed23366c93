"""From a circuit to a program: equations, generated code, C++ and CUDA."""
