/** How the library marks what it exports. */
#ifndef LLMBRIDGE_EXPORT_H
#define LLMBRIDGE_EXPORT_H

#if defined(_WIN32)
#if defined(LLMB_BUILDING_LIBRARY)
#define LLMB_API __declspec(dllexport)
#else
#define LLMB_API __declspec(dllimport)
#endif
#else
#define LLMB_API __attribute__((visibility("default")))
#endif

#endif
