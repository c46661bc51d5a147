using System.CommandLine;
using LlmBridge;
using LlmBridge.Cli;

var root = new RootCommand("Asks LLM engines that run in processes of their own.")
{
    AskCommand.Make(),
    ChatCommand.Make(),
    EmbedCommand.Make(),
    TokensCommand.Make(),
    InvokeCommand.Make(),
    SchemaCommand.Make(),
    SettingsCommand.Make(),
    ModelsCommand.Make(),
    DoctorCommand.Make(),
    SessionCommand.Make(),
    SharedCommand.Make(),
    ServeCommand.Make(),
    McpCommand.Make(),
    KernelCommand.Make(),
    BenchCommand.Make(),
};
root.HelpName = "llmbridge";
if (!InheritedStreams.Errors) Console.SetError(TextWriter.Null); // else the runtime's own file would be written to
Terminal.Guard();
if (!InheritedStreams.Output)
{
    Console.Error.WriteLine("llmbridge: internal: stdout is closed: the output cannot be written");
    return ExitStatus.CannotWrite;
}
if (ArgumentBytes.FindInvalid(args) is { } invalid)
{
    var error = new LlmError
    {
        Status = LlmStatus.InvalidArgument,
        Phase = LlmPhase.Configure,
        Message = invalid,
        RetrySafe = true,
    };
    CommandRun.Report(error, args.Contains("--json"));
    return ExitStatus.Of(error);
}
root.Directives.Clear(); // a prompt may begin with a bracket
// ... or with an at sign, and "-mfile" is nobody's habit here.
var parsing = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
ParseResult result = root.Parse(args, parsing);
string[] errors = [.. result.Errors.Select(e => e.Message), .. UnknownOptions.Find(args, result)];
if (errors.Length > 0)
{
    string[] lines = [.. errors, .. Suggestions.Find(root, args, result)];
    foreach (string line in lines) Console.Error.WriteLine("llmbridge: " + line);
    Console.Error.WriteLine("Try: llmbridge --help");
    return ExitStatus.WrongUsage;
}
// Signals are Interrupt's to handle: it lets a command end its engine before the process goes.
return await result.InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
