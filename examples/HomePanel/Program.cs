using System.Globalization;
using LoRDBA.Examples.HomePanel.Answering;
using LoRDBA.Examples.HomePanel.Commands;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Examples.HomePanel.Hosting;
using LoRDBA.Examples.HomePanel.Lines;
using LoRDBA.Examples.HomePanel.Sensor;
using LoRDBA.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// EX_CONFIG of sysexits.h: a supervisor need not try again before somebody has changed the configuration.
const int WrongConfiguration = 78;
const int Failed = 1;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
    PanelConfiguration.AddSources(builder.Configuration, args);
    PanelConfiguration.AddOptions(builder.Services, builder.Configuration);
    builder.Logging.AddSimpleConsole(format => (format.SingleLine, format.ColorBehavior) = (true, Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled));
    builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
    Supervision.Add(builder.Services);
    Health.Add(builder.Services);
    builder.Services
        .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1))
        .AddSingleton(TimeProvider.System)
        .AddSingleton<SimulatedDriver>()
        .AddSingleton(services => PanelLines.Open(PanelConfiguration.Read(services).Lines, services.GetRequiredService<SimulatedDriver>()))
        .AddSingleton(services => new PushButton(PanelConfiguration.Read(services).Button, services.GetRequiredService<TimeProvider>()))
        .AddSingleton(services => ReplyPort.Open(PanelConfiguration.Read(services).Commands.Port))
        .AddSingleton<Panel>()
        .AddSingleton<PanelStatus>()
        .AddSingleton(services => ClimateSensor.Open(PanelConfiguration.Read(services)))
        .AddSingleton<CommandTable>()
        .AddSingleton<GeneratingLoop>()
        .AddHostedService(services => services.GetRequiredService<GeneratingLoop>())
        .AddHostedService<WatchdogPing>()
        .AddHostedService<ReadyLine>()
        .AddHostedService<CommandReader>()
        .AddHostedService<TerminalPicture>();

    using var host = builder.Build();
    PanelConfiguration.Read(host.Services);
    var loop = host.Services.GetRequiredService<GeneratingLoop>();
    host.Run();
    return loop.ExecuteTask is { IsFaulted: true } ? Failed : 0;
}
catch (PanelConfigurationException e)
{
    Console.Error.WriteLine(e.Message);
    return WrongConfiguration;
}
catch (Exception e) when (e is LordbaException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return Failed;
}
