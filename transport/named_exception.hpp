#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace avatar::transport {

/// "channel "mine"", of the kind and its name.
std::string kind_and_name(std::string_view kind, std::string_view name);

/// What somebody else's code has thrown, in one line that begins with the name of that code.
class named_exception : public std::runtime_error {
public:
    /// "channel "mine": no answer", of that name and any text.
    named_exception(const std::string& name, std::string_view text);
};

/// Calls `call`. What it throws comes out as a named_exception, under the name that `name()`
/// then returns; one that has a name already keeps that.
template <class Name, class Call>
auto call_named(const Name& name, Call call) {
    try {
        return call();
    } catch (const named_exception&) {
        throw;
    } catch (const std::exception& e) {
        throw named_exception(name(), e.what());
    } catch (...) {
        throw named_exception(name(), "an exception of a type of its own");
    }
}

} // namespace avatar::transport
