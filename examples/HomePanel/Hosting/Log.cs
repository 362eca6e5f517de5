using LoRDBA.Boards;
using Microsoft.Extensions.Logging;

namespace LoRDBA.Examples.HomePanel.Hosting;

/// <summary>Everything that is logged. No command and no answer is: what people say at home stays there.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Household {Household} acts, with adapter {Digest}.")]
    public static partial void HouseholdActs(this ILogger logger, string household, string digest);

    [LoggerMessage(2, LogLevel.Information, "Governor: level {Level} of {MaxLevel}, {Threads} threads, rests {Pause} of the work's time, because of {Reason}.")]
    public static partial void GovernorChanged(this ILogger logger, int level, int maxLevel, int threads, double pause, GovernorReason reason);

    [LoggerMessage(3, LogLevel.Warning, "The adapter store does not work, the panel serves without it: {Fault}")]
    public static partial void StoreUnusable(this ILogger logger, string fault);

    [LoggerMessage(4, LogLevel.Warning, "Adapter store: {Notice}")]
    public static partial void StoreNotice(this ILogger logger, string notice);

    [LoggerMessage(5, LogLevel.Warning, "Adapter {Digest} of the store does not serve: {Fault}")]
    public static partial void AdapterRefused(this ILogger logger, string digest, string fault);

    [LoggerMessage(6, LogLevel.Information, "A command was refused: {Code}")]
    public static partial void Refused(this ILogger logger, string code);

    [LoggerMessage(7, LogLevel.Information, "Ready: {Lines}, {Threads} threads.")]
    public static partial void IsReady(this ILogger logger, string lines, int threads);

    [LoggerMessage(8, LogLevel.Error, "No watchdog ping: {Fault}")]
    public static partial void NotAlive(this ILogger logger, string? fault);

    [LoggerMessage(9, LogLevel.Warning, "The port of commands ended: {Fault}")]
    public static partial void PortEnded(this ILogger logger, string fault);
}
