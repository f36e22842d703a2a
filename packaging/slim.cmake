# Read at project() time. llama-cpp-python forces LLAMA_BUILD_COMMON=ON in the cache, but a normal
# variable wins (CMP0126, CMP0077); libllama-common is 38 % of the compile time and never installed.
set(LLAMA_BUILD_COMMON OFF)
