/// Tables and coefficients. Polynomials interpolate at the Chebyshev points of the stated range,
/// computed with 300 bits.

/// 1.5·2^52: the sum of it and a small number holds that number, rounded, in its low bits.
static const double rounder = 0x1.8p52;

// ---- e^x = 2^(n/16) · e^r, n = round(16 x / log 2), |r| ≤ log 2 / 32

static const double exp_steps_per_unit = 0x1.71547652b82fep+4;
/// log 2 / 16: the first part has 36 bits, so that its products with n are exact.
static const double exp_step_high = 0x1.62e42fefa0000p-5;
static const double exp_step_low = 0x1.cf79abc9e3b3ap-44;

/// The bits of 2^(j/16) rounded, less j·2^48: adding n·2^48 to entry n mod 16 makes 2^(n/16).
static const uint64_t exp_scale_bits[16] = {
  0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238,
  0x3fef06fe0a31b715, 0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429,
  0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
  0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da,
};

/// 2^(j/16) / its rounded value, less 1.
static const double exp_scale_rest[16] = {
  0x0.0p+0, 0x1.79aa65d837b6dp-54, -0x1.01b15eaa59348p-55, 0x1.68efde3a8a894p-54,
  0x1.34d754db0abb6p-55, 0x1.59f48a72a4c6dp-55, 0x1.690cebb7aafb0p-56, 0x1.063e1e21c5409p-54,
  -0x1.3b3efbf5e2228p-54, -0x1.b32dcb94da51dp-56, 0x1.db72fc1f0eab4p-55, 0x1.1affc2b91ce27p-56,
  0x1.c1a7792cb3387p-55, 0x1.36eae30af0cb3p-56, 0x1.4a385a63d07a7p-56, -0x1.ff7128fd391f0p-55,
};

/// (e^r - 1 - r) / r², for e^x alone: the least error that five terms can have, 2^-56.2 / r², at most
/// a tenth of an ulp of the result.
static const double exp_short_polynomial[5] = {
  0x1.0000000000005p-1, 0x1.555555548f869p-3, 0x1.555555545ea71p-5,
  0x1.11123aafea585p-7, 0x1.6c185df09089bp-10,
};

/// The same, error below 2^-64 / r².
static const double exp_polynomial[6] = {
  0x1.0000000000000p-1, 0x1.5555555555556p-3, 0x1.55555554e8688p-5,
  0x1.11111110e0a7dp-7, 0x1.6c17ee8026b6dp-10, 0x1.a01b0d40156a0p-13,
};

// ---- log x = k log 2 - log c + log(1 + r), x = 2^k z, 45/64 ≤ z < 45/32, 1 + r = c z

/// The bits of 45/64, less those of the exponent of 1: subtracted from the bits of x they leave
/// the exponent k + 1023 on top and the interval of z in the next four bits.
static const long log_offset = 0x3fe6800000000000 - 0x3ff0000000000000;
static const long log_lowest = 0x3fe6800000000000;

/// c of nine bits for each interval; 1 for the one that holds 1.
static const double log_inverse[16] = {
  0x1.64p+0, 0x1.558p+0, 0x1.478p+0, 0x1.3bp+0, 0x1.2f8p+0, 0x1.248p+0, 0x1.1a8p+0, 0x1.11p+0,
  0x1.088p+0, 0x1.0p+0, 0x1.e2p-1, 0x1.c7p-1, 0x1.afp-1, 0x1.9ap-1, 0x1.86p-1, 0x1.74p-1,
};

/// -log c, a multiple of 2^-42, and what is missing.
static const double log_table_high[16] = {
  -0x1.51aad872e0000p-2, -0x1.27161913f8000p-2, -0x1.f871b28956000p-3, -0x1.a8becfc882000p-3,
  -0x1.5c94007598000p-3, -0x1.10f8e42254000p-3, -0x1.9375e55594000p-4, -0x1.0759835990000p-4,
  -0x1.0b94f7c198000p-5, 0x0.0p+0, 0x1.eea31c0068000p-5, 0x1.e3707ee304000p-4,
  0x1.60b3100b0a000p-3, 0x1.c6ffbc6f00000p-3, 0x1.16b5ccbad0000p-2, 0x1.4718dc271c000p-2,
};
static const double log_table_low[16] = {
  0x1.f4bd8db0a7cc1p-44, -0x1.4f4f1f61564b4p-44, 0x1.f75fd6a526efep-44, -0x1.e3185cf21b9cfp-44,
  0x1.a8d948cd23322p-44, 0x1.93b3843396307p-45, -0x1.eddc37380c364p-44, 0x1.b8ecfe4b59987p-44,
  0x1.e89896f022783p-45, 0x0.0p+0, 0x1.c3dd83606d891p-44, 0x1.0f684e6766abdp-45,
  -0x1.71456c988f814p-44, 0x1.ee138d3a69d43p-44, -0x1.23299042d74bfp-44, 0x1.06c18fb4c14c5p-44,
};

/// log 2: a multiple of 2^-42, so that its products with k are exact, and the rest.
static const double log_two_high = 0x1.62e42fefa3800p-1;
static const double log_two_low = 0x1.ef35793c76730p-45;

/// (log(1 + r) - r) / r² for -0.0292 ≤ r ≤ 0.03125, error below 2^-61 / r.
static const double log_polynomial[9] = {
  -0x1.0000000000000p-1, 0x1.555555555552fp-2, -0x1.00000000006d1p-2,
  0x1.9999999aa98e5p-3, -0x1.5555553fed130p-3, 0x1.249238969dc1dp-3,
  -0x1.0000a47627207p-3, 0x1.c7dc65bf8e6c9p-4, -0x1.96d56d4050bd8p-4,
};

/// (log(1 + r) - r + r²/2) / r³ on the same range, error below 2^-66 / r².
static const double log_cubic_polynomial[9] = {
  0x1.5555555555555p-2, -0x1.fffffffffffbbp-3, 0x1.999999999a618p-3,
  -0x1.555555564e9f4p-3, 0x1.24924910f4816p-3, -0x1.ffffe1a676aa5p-4,
  0x1.c71d9f157a737p-4, -0x1.9a498eabc2cfep-4, 0x1.71d5173163b6ap-4,
};

// ---- log(1 + e) = log(1 + r) - log c, 0 ≤ e ≤ 1, 1 + r = c (1 + e), the interval round(15 e)

/// c of nine bits for each interval; 1 for the first.
static const double unit_inverse[16] = {
  0x1.0p+0, 0x1.ep-1, 0x1.c4p-1, 0x1.abp-1, 0x1.94p-1, 0x1.8p-1, 0x1.6ep-1, 0x1.5dp-1,
  0x1.4ep-1, 0x1.4p-1, 0x1.33p-1, 0x1.27p-1, 0x1.1cp-1, 0x1.12p-1, 0x1.09p-1, 0x1.0p-1,
};

/// -log c, and what is missing.
static const double unit_table_high[16] = {
  0x0.0p+0, 0x1.08598b59e3a07p-4, 0x1.fe89139dbd566p-4, 0x1.73cb9074fd14dp-3,
  0x1.e530effe71012p-3, 0x1.269621134db92p-2, 0x1.57bf753c8d1fbp-2, 0x1.8873658327ccfp-2,
  0x1.b56fa04462909p-2, 0x1.e148a1a2726cep-2, 0x1.05e04c1aa2c06p-1, 0x1.1a4a738b7a33cp-1,
  0x1.2dbf557b0df43p-1, 0x1.4019c2125ca93p-1, 0x1.513356667fc57p-1, 0x1.62e42fefa39efp-1,
};
static const double unit_table_low[16] = {
  0x0.0p+0, -0x1.dd7009902bf32p-58, -0x1.ac9f4215f9393p-58, -0x1.521a000b4cf01p-57,
  0x1.2276041f43042p-59, 0x1.e0efadd9db02bp-56, -0x1.0908d15f88b63p-57, -0x1.c43eff892d8d0p-58,
  0x1.494b610665378p-56, -0x1.ac81cc8a4dfb8p-56, 0x1.862e53e393760p-60, 0x1.58930213c987dp-55,
  -0x1.b941ee770436bp-56, 0x1.86cf0f38b461ap-57, 0x1.ca64cc3d52c87p-56, 0x1.abc9e3b39803fp-56,
};

/// (log(1 + r) - r) / r² for -0.03125 ≤ r ≤ 0.03334, error below 2^-60 / r.
static const double unit_polynomial[9] = {
  -0x1.0000000000000p-1, 0x1.5555555555514p-2, -0x1.0000000000a33p-2,
  0x1.9999999b31777p-3, -0x1.55555539697b1p-3, 0x1.24923370875b6p-3,
  -0x1.0000ba61e9dc6p-3, 0x1.c7f84cf882cd6p-4, -0x1.96eb42938d8f1p-4,
};

// ---- sin x, cos x: x = n π/2 + r, |r| ≤ π/4

static const double quadrants_per_unit = 0x1.45f306dc9c883p-1;
/// The quadrant fits 20 bits below this, so that its products with the parts of π/2 are exact.
static const double trigonometric_limit = 0x1.8p20;
/// π/2 in two parts, for fused operations, and in three, the first two of 33 bits, without.
static const double half_pi_fused[2] = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
static const double half_pi_split[3] = {
  0x1.921fb54400000p+0, 0x1.0b4611a600000p-34, 0x1.3198a2e037073p-69,
};

/// (sin r - r) / r³ in powers of r², error below 2^-56 / r³.
static const double sin_polynomial[6] = {
  -0x1.5555555555555p-3, 0x1.1111111110babp-7, -0x1.a01a019e820acp-13,
  0x1.71de37946eb45p-19, -0x1.ae6008d0f0520p-26, 0x1.5e0a4fb47ace3p-33,
};

/// (cos r - 1 + r²/2) / r⁴ in powers of r², error below 2^-60 / r⁴.
static const double cos_polynomial[6] = {
  0x1.5555555555555p-5, -0x1.6c16c16c16963p-10, 0x1.a01a019f4ddfdp-16,
  -0x1.27e4fa16cc1bcp-22, 0x1.1eeb67d014ecep-29, -0x1.907cd8f26aa3fp-37,
};
