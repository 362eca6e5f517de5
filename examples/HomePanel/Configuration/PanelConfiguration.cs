using LoRDBA.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoRDBA.Examples.HomePanel.Configuration;

/// <summary>The configuration says something that cannot work.</summary>
internal sealed class PanelConfigurationException(string message, Exception inner) : LordbaException(message, inner)
{
    /// <inheritdoc/>
    public override string Code => "panel.configuration";
}

/// <summary>Where the configuration comes from: each source overrides those before it.</summary>
internal static class PanelConfiguration
{
    private const string FileName = "appsettings.json";
    private const string Folder = "/etc/home-panel";
    private const string Prefix = "HOMEPANEL_";

    /// <summary>The defaults in the program, the file beside it, the file in /etc, the environment, the command line.</summary>
    /// <exception cref="PanelConfigurationException">A file is no JSON, or an argument is none.</exception>
    public static void AddSources(IConfigurationBuilder configuration, string[] args)
    {
        try
        {
            configuration
                .AddJsonStream(Embedded.Open(FileName))
                .AddJsonFile(Path.Combine(AppContext.BaseDirectory, FileName), optional: true, reloadOnChange: false)
                .AddJsonFile(Path.Combine(Folder, FileName), optional: true, reloadOnChange: false)
                .AddEnvironmentVariables(Prefix)
                .AddCommandLine(args);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new PanelConfigurationException($"The configuration cannot be read: {e.Message} {e.InnerException?.Message}".TrimEnd(), e);
        }
    }

    /// <summary>Binds and checks all options when somebody first asks for them.</summary>
    public static void AddOptions(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PanelOptions>().Bind(configuration, binder => binder.ErrorOnUnknownConfiguration = true);
        services.AddSingleton<IValidateOptions<PanelOptions>, PanelOptionsValidator>();
    }

    /// <summary>The options.</summary>
    /// <exception cref="PanelConfigurationException">One is unknown, of another type, or cannot work.</exception>
    public static PanelOptions Read(IServiceProvider services)
    {
        try
        {
            return services.GetRequiredService<IOptions<PanelOptions>>().Value;
        }
        catch (OptionsValidationException e)
        {
            throw new PanelConfigurationException(string.Join(Environment.NewLine, e.Failures), e);
        }
        catch (InvalidOperationException e)
        {
            throw new PanelConfigurationException(e.Message, e);
        }
    }
}
