/* LaneWidth.h -- names of what is compiled once for each number of lanes, which is WIDTH: LANED(sort) is sort_16 for 16. */
#undef LANED_AS
#undef LANED_BY
#undef LANED
#undef u16s
#undef i16s
#undef u32s
#undef i32s
#undef f32s

#define LANED_AS(name, width) name##_##width
#define LANED_BY(name, width) LANED_AS(name, width)
#define LANED(name) LANED_BY(name, WIDTH)

#define u16s LANED(u16s)
#define i16s LANED(i16s)
#define u32s LANED(u32s)
#define i32s LANED(i32s)
#define f32s LANED(f32s)
typedef uint16_t u16s __attribute__((ext_vector_type(WIDTH)));
typedef int16_t i16s __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t u32s __attribute__((ext_vector_type(WIDTH)));
typedef int32_t i32s __attribute__((ext_vector_type(WIDTH)));
typedef float f32s __attribute__((ext_vector_type(WIDTH)));
