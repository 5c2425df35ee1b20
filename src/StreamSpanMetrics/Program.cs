using System.CommandLine;
using StreamSpanMetrics.Commands;

RootCommand root = new("Turns OTLP spans on Kafka into RED metrics, exactly once.")
{
    DemoCommand.Create(),
    RunCommand.Create(),
    ValidateCommand.Create(),
    PrintConfigCommand.Create(),
    ComputeCommand.Create(),
    TopicsCommand.Create(),
    LagCommand.Create(),
    StateCommand.Create(),
    VersionCommand.Create(),
};

return await CommandLine.RunAsync(root, args);
