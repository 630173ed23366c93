// Stand-in for CUDA, cuRAND and Thrust on a machine without a GPU: a generated program that includes it instead is
// plain C++ and runs one GPU thread at a time. Device memory is host memory that begins with garbage, so that what
// is not copied shows. Not a substitute for a GPU: no races, no atomics that matter, no limits of a device.
#pragma once
#include <algorithm>
#include <cassert>
#include <chrono>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __restrict
#define __syncthreads() ((void)0)
#define __threadfence() ((void)0)
using std::max;
using std::min;

// --- kernels: name<<<blocks, threads>>>(...) is rewritten to Launch(blocks, threads).run(name, ...) ---------------
struct Index {
    unsigned x;
};
inline Index threadIdx, blockIdx, blockDim, gridDim;

struct Launch {
    long n_blocks, n_threads;
    Launch(long blocks, long threads, size_t shared = 0) : n_blocks(blocks), n_threads(threads) {
        if (blocks < 1 || threads < 1) {
            fprintf(stderr, "ERROR: launch of %ld blocks of %ld threads\n", blocks, threads);
            exit(1);
        }
    }
    template <class Kernel, class... Arguments>
    void run(Kernel kernel, Arguments... arguments) {
        gridDim.x = n_blocks;
        blockDim.x = n_threads;
        for (blockIdx.x = 0; blockIdx.x < n_blocks; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < n_threads; threadIdx.x++)
                kernel(arguments...);
    }
};

template <class T>
T atomicAdd(T *address, T value) {
    T old = *address;
    *address += value;
    return old;
}
template <class T, class Expected, class Value>
T atomicCAS(T *address, Expected expected, Value value) {
    T old = *address;
    if (old == T(expected)) *address = value;
    return old;
}
template <class To, class From>
To same_bits(From from) {
    To to;
    memcpy(&to, &from, sizeof(to));
    return to;
}
inline long long __double_as_longlong(double x) { return same_bits<long long>(x); }
inline double __longlong_as_double(long long x) { return same_bits<double>(x); }
inline int __float_as_int(float x) { return same_bits<int>(x); }
inline float __int_as_float(int x) { return same_bits<float>(x); }

// --- runtime ------------------------------------------------------------------------------------------------------
enum cudaError { cudaSuccess };
typedef cudaError cudaError_t;
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };
enum { cudaLimitMallocHeapSize };

struct cudaDeviceProp {
    int multiProcessorCount = 1, maxThreadsPerBlock = 1, maxThreadsPerMultiProcessor = 1, warpSize = 1;
    size_t sharedMemPerBlock = 49152;
};
struct cudaFuncAttributes {
    int maxThreadsPerBlock = 1, numRegs = 0;
    size_t sharedSizeBytes = 0, localSizeBytes = 0, constSizeBytes = 0;
};

inline cudaError cudaSetDevice(int) { return cudaSuccess; }
inline cudaError cudaDeviceSetLimit(int, size_t) { return cudaSuccess; }
inline cudaError cudaDeviceSynchronize() { return cudaSuccess; }
inline cudaError cudaProfilerStop() { return cudaSuccess; }
inline cudaError cudaGetLastError() { return cudaSuccess; }
inline const char *cudaGetErrorString(cudaError) { return ""; }
inline cudaError cudaGetDeviceProperties(cudaDeviceProp *properties, int) {
    *properties = cudaDeviceProp();
    return cudaSuccess;
}
inline cudaError cudaMemGetInfo(size_t *available, size_t *total) {
    *available = *total = size_t(1) << 34;
    return cudaSuccess;
}
template <class T>
cudaError cudaMalloc(T **address, size_t n) {
    *address = static_cast<T *>(malloc(n + 1));
    memset(*address, 0xA5, n);
    return cudaSuccess;
}
inline cudaError cudaFree(void *address) {
    free(address);
    return cudaSuccess;
}
inline cudaError cudaMemcpy(void *to, const void *from, size_t n, cudaMemcpyKind) {
    memcpy(to, from, n);
    return cudaSuccess;
}
inline cudaError cudaMemset(void *address, int value, size_t n) {
    memset(address, value, n);
    return cudaSuccess;
}
template <class T>
cudaError cudaMemcpyToSymbol(T &symbol, const void *from, size_t n) {
    memcpy(&symbol, from, n);
    return cudaSuccess;
}
template <class Kernel>
cudaError cudaOccupancyMaxPotentialBlockSize(int *n_blocks, int *n_threads, Kernel, size_t = 0, int = 0) {
    *n_blocks = *n_threads = 1;
    return cudaSuccess;
}
template <class Kernel>
cudaError cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *n_blocks, Kernel, int, size_t) {
    *n_blocks = 1;
    return cudaSuccess;
}
template <class Kernel>
cudaError cudaFuncGetAttributes(cudaFuncAttributes *attributes, Kernel) {
    *attributes = cudaFuncAttributes();
    return cudaSuccess;
}

// --- cuRAND -------------------------------------------------------------------------------------------------------
enum curandStatus_t { CURAND_STATUS_SUCCESS };
enum { CURAND_RNG_PSEUDO_DEFAULT };
typedef std::mt19937_64 *curandGenerator_t;
struct curandState {};

inline const char *_curandGetErrorEnum(curandStatus_t) { return ""; }

inline void curand_init(unsigned long long, unsigned long long, unsigned long long, curandState *) {}
inline curandStatus_t curandCreateGenerator(curandGenerator_t *generator, int) {
    *generator = new std::mt19937_64;
    return CURAND_STATUS_SUCCESS;
}
inline curandStatus_t curandDestroyGenerator(curandGenerator_t generator) {
    delete generator;
    return CURAND_STATUS_SUCCESS;
}
inline curandStatus_t curandSetPseudoRandomGeneratorSeed(curandGenerator_t generator, unsigned long long seed) {
    generator->seed(seed);
    return CURAND_STATUS_SUCCESS;
}
inline curandStatus_t curandSetGeneratorOffset(curandGenerator_t, unsigned long long) {
    return CURAND_STATUS_SUCCESS;
}
inline curandStatus_t curandGenerateUniformDouble(curandGenerator_t generator, double *values, size_t n) {
    std::uniform_real_distribution<double> draw(0, 1);
    for (size_t k = 0; k < n; k++) values[k] = 1 - draw(*generator);
    return CURAND_STATUS_SUCCESS;
}
inline curandStatus_t curandGenerateNormalDouble(curandGenerator_t generator, double *values, size_t n, double mean,
                                                 double sd) {
    std::normal_distribution<double> draw(mean, sd);
    for (size_t k = 0; k < n; k++) values[k] = draw(*generator);
    return CURAND_STATUS_SUCCESS;
}
inline curandStatus_t curandGeneratePoisson(curandGenerator_t, unsigned *, size_t, double) { abort(); }

// --- Thrust -------------------------------------------------------------------------------------------------------
namespace thrust {
template <class T>
struct device_vector;
template <class T>
struct host_vector : std::vector<T> {
    using std::vector<T>::vector;
    host_vector &operator=(const device_vector<T> &other);
};
template <class T>
struct device_vector : std::vector<T> {
    using std::vector<T>::vector;
    device_vector &operator=(const host_vector<T> &other) {
        this->assign(other.begin(), other.end());
        return *this;
    }
};
template <class T>
host_vector<T> &host_vector<T>::operator=(const device_vector<T> &other) {
    this->assign(other.begin(), other.end());
    return *this;
}
template <class T>
T *raw_pointer_cast(T *pointer) {
    return pointer;
}
using std::pair;
// of delays that differ between the synapses of one connection, which no circuit here has
template <class Keys, class Values>
void sort_by_key(Keys, Keys, Values) {
    abort();
}
template <class Iterator>
void sequence(Iterator, Iterator) {
    abort();
}
template <class Keys, class Values>
pair<Keys, Values> unique_by_key(Keys, Keys, Values) {
    abort();
}
}  // namespace thrust
