/* The reduced rule of `reduced.py` over packed rows (csr) and over slices of sixteen citizens with transposed ties (sell).
   A word is a float32 attitude with "aware" and "acts" in its two lowest bits. For comparison only: the model does not
   use it. gcc -O3 -march=native -mprefer-vector-width=512 -fopenmp-simd -ffp-contract=off -shared -fPIC reduced.c */
#include <math.h>
#include <stdint.h>
#include <string.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#define LANES 16

static inline float attitude(uint32_t word) {
    float x;
    word &= ~3u;
    memcpy(&x, &word, 4);
    return x;
}

static inline float luck(uint32_t who, uint32_t key) {
    uint32_t h = who * 0x9E3779B1u + key;
    h = (h ^ (h >> 16)) * 0x7FEB352Du;
    h = (h ^ (h >> 15)) * 0x846CA68Bu;
    return (float)(int32_t)((h ^ (h >> 16)) >> 8) * 0x1p-24f;
}

/* No branches, so that sixteen go at once. */
static inline uint32_t changed(uint32_t mine, float apart, int32_t close, int32_t talk, int32_t acting, int32_t degree,
                               float *salience, float threshold, float risk, float missed, float drawn) {
    const float x = attitude(mine), s = *salience, ties = (float)(degree > 0 ? degree : 1);
    const uint32_t knows = (mine & 1u) | (uint32_t)(drawn >= missed);
    float y = x + (0.05f * (apart / (float)(close > 0 ? close : 1)) + 0.01f * (1.0f - fabsf(x)));
    y = y > 1.0f ? 1.0f : y;
    y = y < -1.0f ? -1.0f : y;
    const float z = 0.9f * s + 0.2f * ((float)talk / ties) * (1.0f - s), alone = 1.0f - (float)acting / ties;
    const uint32_t acts = knows & (uint32_t)(z * y - risk * alone > threshold * alone);
    uint32_t word;
    memcpy(&word, &y, 4);
    *salience = knows ? z : s;
    return ((knows ? word : mine) & ~3u) | knows | acts << 1;
}

void csr(int64_t n, const uint32_t *first, const uint32_t *neighbour, const uint32_t *past, uint32_t *present,
         float *salience, const float *threshold, const float *risk, const float *missed, uint32_t key) {
    for (int64_t i = 0; i < n; i++) {
        const float x = attitude(past[i]);
        float apart = 0.0f;
        int32_t close = 0, talk = 0, acting = 0;
        for (uint32_t e = first[i]; e < first[i + 1]; e++) {
            const uint32_t word = past[neighbour[e]];
            const float gap = attitude(word) - x;
            const int32_t in = fabsf(gap) < 0.5f;
            apart += in ? gap : 0.0f;
            close += in;
            talk += word & 1u;
            acting += (word >> 1) & 1u;
        }
        present[i] = changed(past[i], apart, close, talk, acting, (int32_t)(first[i + 1] - first[i]), &salience[i],
                             threshold[i], risk[i], missed[talk < 255 ? talk : 255], luck((uint32_t)i, key));
    }
}

static inline void look(int64_t rows, const uint32_t *neighbour, const uint32_t *past, const uint32_t *own,
                        const int32_t *degree, float *apart, int32_t *close, int32_t *flags) {
#ifdef __AVX512F__
    const __m512i low = _mm512_set1_epi32(~3), one = _mm512_set1_epi32(1), two = _mm512_set1_epi32(2);
    const __m512 x = _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(own), low)), half = _mm512_set1_ps(0.5f);
    const __m512i ties = _mm512_loadu_si512(degree);
    __m512 sum = _mm512_setzero_ps();
    __m512i near = _mm512_setzero_si512(), both = near;
    for (int64_t j = 0; j < rows; j++) {
        const __m512i word = _mm512_i32gather_epi32(_mm512_loadu_si512(neighbour + j * LANES), (const int *)past, 4);
        const __mmask16 is = _mm512_cmplt_epi32_mask(_mm512_set1_epi32((int)j), ties);
        const __m512 gap = _mm512_sub_ps(_mm512_castsi512_ps(_mm512_and_si512(word, low)), x);
        const __mmask16 in = _mm512_mask_cmp_ps_mask(is, _mm512_abs_ps(gap), half, _CMP_LT_OQ);
        sum = _mm512_mask_add_ps(sum, in, sum, gap);
        near = _mm512_mask_add_epi32(near, in, near, one);
        both = _mm512_mask_add_epi32(both, is, both, _mm512_or_si512(_mm512_and_si512(word, one),
                                     _mm512_slli_epi32(_mm512_and_si512(word, two), 15)));
    }
    _mm512_storeu_ps(apart, sum);
    _mm512_storeu_si512(close, near);
    _mm512_storeu_si512(flags, both);
#else
    for (int l = 0; l < LANES; l++) apart[l] = 0.0f, close[l] = 0, flags[l] = 0;
    for (int64_t j = 0; j < rows; j++) {
#pragma omp simd
        for (int l = 0; l < LANES; l++) {
            const uint32_t word = past[neighbour[j * LANES + l]];
            const int32_t is = (int32_t)j < degree[l];
            const float gap = attitude(word) - attitude(own[l]);
            const int32_t in = (fabsf(gap) < 0.5f) & is;
            apart[l] += in ? gap : 0.0f;
            close[l] += in;
            flags[l] += is ? (int32_t)((word & 1u) | (word & 2u) << 15) : 0;
        }
    }
#endif
}

/* first: in rows of sixteen, two more than there are slices. ahead: fetch what the slice after the next will read. */
void sell(int64_t slices, const uint32_t *restrict first, const uint32_t *restrict neighbour,
          const int32_t *restrict degree, const uint32_t *restrict who, const uint32_t *restrict past,
          uint32_t *restrict present, float *restrict salience, const float *restrict threshold,
          const float *restrict risk, const float *restrict missed, uint32_t key, int64_t ahead) {
    for (int64_t s = 0; s < slices; s++) {
        const int64_t b = s * LANES;
        float apart[LANES];
        int32_t close[LANES], flags[LANES];
        if (ahead)
            for (int64_t e = (int64_t)first[s + 2] * LANES; e < (int64_t)first[s + 3] * LANES; e++)
                __builtin_prefetch(&past[neighbour[e]]);
        look(first[s + 1] - first[s], neighbour + (int64_t)first[s] * LANES, past, past + b, degree + b, apart, close, flags);
#pragma omp simd
        for (int l = 0; l < LANES; l++) {
            const int32_t talk = flags[l] & 0xFFFF, acting = flags[l] >> 16;
            present[b + l] = changed(past[b + l], apart[l], close[l], talk, acting, degree[b + l], &salience[b + l],
                                     threshold[b + l], risk[b + l], missed[talk < 255 ? talk : 255],
                                     luck(who[b + l], key));
        }
    }
}
