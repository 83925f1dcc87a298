/* The reduced rule of a citizen: one look at all neighbours, a change of attitude, awareness, salience and whether he
   acts. A word is a float32 attitude with "aware" and "acts" in its two lowest bits. For comparison only: the model does
   not use it. gcc -O3 -march=native -ffp-contract=off -shared -fPIC reduced.c -o reduced.so */
#include <math.h>
#include <stdint.h>
#include <string.h>

static uint64_t scatter(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}

static float attitude(uint32_t word) {
    float x;
    word &= ~3u;
    memcpy(&x, &word, 4);
    return x;
}

void week(int64_t n, const uint32_t *start, const uint32_t *neighbour, const uint32_t *past, uint32_t *present,
          float *salience, const float *threshold, const float *risk, uint64_t key) {
    for (int64_t i = 0; i < n; i++) {
        const uint32_t mine = past[i];
        float x = attitude(mine), apart = 0.0f;
        int32_t close = 0, aware = 0, acting = 0;
        const uint32_t first = start[i], last = start[i + 1];
        for (uint32_t e = first; e < last; e++) {
            const uint32_t word = past[neighbour[e]];
            const float gap = attitude(word) - x;
            const int32_t in = fabsf(gap) < 0.5f;
            apart += in ? gap : 0.0f;
            close += in;
            aware += word & 1u;
            acting += (word >> 1) & 1u;
        }
        const float degree = (float)(last > first ? last - first : 1u);
        const float luck = (float)(int32_t)(scatter(key + 0x9E3779B97F4A7C15ull * (uint64_t)i) >> 40) * 0x1p-24f;
        const uint32_t knows = (mine & 1u) | (uint32_t)(luck >= 0.95f * powf(0.9f, (float)aware));
        uint32_t acts = 0;
        if (knows) {
            x += 0.05f * apart / (float)(close > 0 ? close : 1) + 0.01f * (1.0f - fabsf(x));
            x = x > 1.0f ? 1.0f : x < -1.0f ? -1.0f : x;
            salience[i] = 0.9f * salience[i] + 0.2f * (float)aware / degree * (1.0f - salience[i]);
            const float alone = 1.0f - (float)acting / degree;
            acts = salience[i] * x - risk[i] * alone > threshold[i] * alone;
        }
        uint32_t word;
        memcpy(&word, &x, 4);
        present[i] = (word & ~3u) | knows | acts << 1;
    }
}
