#include "config/completion.hpp"

#include <algorithm>

namespace avatar::config {

namespace {

struct shell_script {
    std::string_view shell;
    std::string (*script)();
};

constexpr shell_script scripts[] = {{"bash", bash_completion}, {"zsh", zsh_completion}};

} // namespace

const std::vector<std::string_view>& completion_shells() {
    static const auto shells = [] {
        std::vector<std::string_view> names;
        for (const auto& known : scripts)
            names.push_back(known.shell);
        return names;
    }();
    return shells;
}

std::string completion_script(std::string_view shell) {
    return std::ranges::find(scripts, shell, &shell_script::shell)->script();
}

} // namespace avatar::config
