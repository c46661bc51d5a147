// Texts of the kinds that public trackers report trouble with.
#pragma once

#include <string>
#include <vector>

std::vector<std::string> odd_texts();
