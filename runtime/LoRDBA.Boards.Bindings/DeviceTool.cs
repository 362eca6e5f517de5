using System.Text.Json;

namespace LoRDBA.Boards.Bindings;

/// <summary>
/// A sensor or an output as something that a model can call: a name, a description, arguments, and a result as JSON. Arguments are checked
/// wholly before the device is touched. For one thread at a time, as devices are.
/// </summary>
public abstract class DeviceTool : IDisposable
{
    /// <summary>Names a tool.</summary>
    /// <param name="name">Letters, digits, '_' and '-': what the model writes to call it.</param>
    /// <param name="description">A sentence for the model: what it does, and in which units.</param>
    /// <param name="parameters">Its arguments.</param>
    /// <exception cref="ArgumentException">The name is empty or has another character.</exception>
    protected DeviceTool(string name, string description, params IReadOnlyList<ToolParameter> parameters)
    {
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
            throw new ArgumentException($"'{name}' is no name of a tool: letters, digits, '_' and '-' are.", nameof(name));
        (Name, Description, Parameters) = (name, description, parameters);
    }

    /// <summary>What the model writes to call it.</summary>
    public string Name { get; }

    /// <summary>A sentence for the model.</summary>
    public string Description { get; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<ToolParameter> Parameters { get; }

    /// <summary>Calls the tool.</summary>
    /// <param name="arguments">An object with one member per parameter and no other.</param>
    /// <returns>What the device said or did: a JSON object.</returns>
    /// <exception cref="DeviceToolException">An argument is wrong, or the device does not answer.</exception>
    public string Invoke(JsonElement arguments)
    {
        Check(arguments);
        try
        {
            return Run(arguments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw Failed(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of the device, if the tool was given it to dispose.</summary>
    protected virtual void Dispose(bool disposing) { }

    /// <summary>Does the work.</summary>
    /// <param name="arguments">Checked: each parameter is there and in its range.</param>
    protected abstract string Run(JsonElement arguments);

    /// <summary>The error of a device that does not answer.</summary>
    /// <param name="reason">The rest of the message: what is missing, and what to look at.</param>
    /// <param name="inner">The cause.</param>
    protected DeviceToolException Failed(string reason, Exception? inner = null) => new(DeviceToolError.DeviceFailed, $"{Name}: the device does not answer. {reason}", inner);

    private void Check(JsonElement arguments)
    {
        if (arguments.ValueKind != JsonValueKind.Object) throw Wrong("the arguments must be a JSON object.");
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var argument in arguments.EnumerateObject())
        {
            if (!given.Add(argument.Name)) throw Wrong($"the argument '{argument.Name}' is there twice.");
            var parameter = Parameters.FirstOrDefault(parameter => parameter.Name == argument.Name)
                ?? throw Wrong($"there is no argument '{argument.Name}'. {Known()}");
            if (parameter.FindFault(argument.Value) is { } fault) throw Wrong($"the argument '{argument.Name}' {fault}.");
        }
        foreach (var parameter in Parameters)
            if (!given.Contains(parameter.Name)) throw Wrong($"the argument '{parameter.Name}' is missing. {Known()}");
    }

    private string Known() => Parameters.Count == 0 ? "The tool takes none." : $"The tool takes {string.Join(", ", Parameters.Select(parameter => parameter.Name))}.";

    private DeviceToolException Wrong(string reason) => new(DeviceToolError.WrongArguments, $"{Name}: {reason}");
}
