#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "server/app/commands.h"

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 success, 1 failure (the reason is on standard error), 2 wrong usage.\n"
    "While running: SIGHUP loads policies, templates of messages, TLS certificate and databases of "
    "places again, SIGTERM "
    "and SIGINT stop "
    "gracefully.";

struct Options {
  std::string config;
  std::string file;
  std::string port_file;
  std::string tenant;
  std::string user;
  std::string risk;
  bool follow = false;
  bool unchecked_key = false;
  std::vector<std::string> words;  ///< of `gated help`
};

CLI::App* add_command(CLI::App& app, const char* name, const char* text, Options& options) {
  CLI::App* command = app.add_subcommand(name, text);
  command
      ->add_option("-c,--config", options.config, "TOML file; docs/configuration.md lists its keys")
      ->required();
  return command;
}

/// `gated help user risk`: what `gated user risk --help` prints.
int print_help(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  std::string full_name = app.get_name();
  for (const std::string& word : words) {
    const std::vector<const CLI::App*> named =
        command->get_subcommands([&word](const CLI::App* one) { return one->get_name() == word; });
    if (named.empty()) {
      std::fprintf(stderr, "gated: there is no command `%s`; `gated help` lists them\n",
                   word.c_str());
      return gate::server::kExitUsage;
    }
    command = named.front();
    full_name += " " + word;
  }
  // `App::help` would print the page of the command that was parsed: `help` itself.
  const std::string page =
      command->get_formatter()->make_help(command, full_name, CLI::AppFormatMode::Normal);
  std::fputs(page.c_str(), stdout);
  return gate::server::kExitOk;
}

int dispatch(int argc, char** argv) {
  using namespace gate::server;
  CLI::App app(
      "gated: native sign-in with second factors, decided by compiled Conditional Access policies",
      "gated");
  app.set_version_flag("--version", "gated " GATE_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  Options options;
  CLI::App* run = add_command(app, "run", "Serve until told to stop", options);
  run->add_option("--port-file", options.port_file,
                  "Write the bound port to this file once requests are answered");
  CLI::App* provisioning =
      add_command(app, "provision",
                  "Set up tenants, clients and users from a JSON file, all or nothing", options);
  provisioning->add_option("FILE", options.file, "JSON; docs/provisioning.md describes it")
      ->required();
  provisioning->add_flag("--unchecked-key", options.unchecked_key,
                         "Also change a store of an older version that cannot show whether the "
                         "master key is its own; a wrong key replaces its passwords");
  CLI::App* unlocking = add_command(
      app, "unlock", "Let a user try again whom wrong passwords or codes have stopped", options);
  // With names as in `gated user risk`, or in this order.
  unlocking->add_option("TENANT,--tenant", options.tenant, "Its id or domain")->required();
  unlocking->add_option("USER,--user", options.user, "The user name")->required();
  CLI::App* user = app.add_subcommand("user", "Administer one user");
  user->require_subcommand(1);
  CLI::App* risk =
      add_command(*user, "risk", "Set what administration says of the risk of a user", options);
  risk->add_option("--tenant", options.tenant, "Its id or domain")->required();
  risk->add_option("--user", options.user, "The user name")->required();
  risk->add_option("LEVEL", options.risk, "none, low, medium or high")
      ->required()
      ->check(CLI::IsMember({"none", "low", "medium", "high"}));
  CLI::App* check = add_command(
      app, "check-config", "Report every problem of the configuration and its policies", options);
  CLI::App* show = add_command(app, "config", "Print the effective configuration", options);
  CLI::App* key = add_command(app, "generate-key",
                              "Generate the master key file that the configuration names", options);
  CLI::App* audit = app.add_subcommand("audit", "Print the audit log as JSON lines");
  audit->add_option("-c,--config", options.config, "TOML file")->required();
  audit->add_flag("--follow", options.follow, "Print new rows as they are added");
  CLI::App* verify = audit->add_subcommand("verify", "Verify the chains of audit rows instead");
  // Accepts `gated audit verify --config FILE` as well as `gated audit --config FILE verify`.
  verify->fallthrough();
  CLI::App* help = app.add_subcommand("help", "Print this page, or the page of a command");
  help->add_option("COMMAND", options.words, "For example: user risk");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    return app.exit(stop) == 0 ? kExitOk : kExitUsage;
  }
  if (help->parsed()) {
    return print_help(app, options.words);
  }
  if (run->parsed()) {
    return run_server(options.config, options.port_file);
  }
  if (provisioning->parsed()) {
    return provision(options.config, options.file, options.unchecked_key);
  }
  if (unlocking->parsed()) {
    return unlock(options.config, options.tenant, options.user);
  }
  if (risk->parsed()) {
    return set_risk_of_user(options.config, options.tenant, options.user, options.risk);
  }
  if (check->parsed()) {
    return check_config(options.config);
  }
  if (show->parsed()) {
    return show_config(options.config);
  }
  if (key->parsed()) {
    return generate_key(options.config);
  }
  return verify->parsed() ? verify_audit_log(options.config)
                          : print_audit(options.config, options.follow);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return dispatch(argc, argv);
  } catch (const std::exception& failure) {
    // In practice: out of memory. All other errors are handled where they happen.
    std::fprintf(stderr, "gated: %s\n", failure.what());
    return gate::server::kExitFailure;
  }
}
