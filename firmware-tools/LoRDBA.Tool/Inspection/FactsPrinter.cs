using System.Globalization;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Inspection;

/// <summary>What <c>inspect</c> found, for a person.</summary>
internal sealed class FactsPrinter(ToolContext context)
{
    /// <summary>Prints what a file is.</summary>
    public void Print(FileFacts facts)
    {
        context.Out.WriteLine(facts.Path);
        var list = new FactList().Add("kind", Kind(facts)).Add("name", facts.Name).Add("licence", facts.License).Add("size", FactList.Bytes(facts.Bytes));
        if (facts.Parameters is { } parameters) list.Add("parameters", FactList.Number(parameters));
        if (facts.Types is { } types) list.Add("formats", string.Join(", ", types.Select(type => Share(type, types.Sum(other => other.Bytes)))));
        foreach (var (key, value) in facts.Keys ?? new Dictionary<string, string>()) list.Add(key, value);
        if (facts.Chat is { } chat) list.Add("chat template", (chat.Template == "own" ? "supported" : chat.Template) + (chat.Notice is null ? "" : $": {chat.Notice}"));
        if (facts.Adapter is { } adapter) AddAdapter(list, adapter);
        list.Write(context.Out);
        if (facts.Tensors is { } tensors) PrintTensors(tensors);
    }

    /// <summary>Prints the values of a tensor: one a line, or one vector of a .lordba tensor a line.</summary>
    public void Print(TensorValues tensor)
    {
        context.Out.WriteLine($"{tensor.Name} {tensor.Type} [{string.Join(", ", tensor.Shape)}]{(tensor.Rank is { } rank ? $" rank {rank}" : "")}");
        foreach (var value in tensor.Values ?? []) context.Out.WriteLine(Number(value));
        if (tensor.M is not null) new FactList().Add("m", Numbers(tensor.M)).Add("s_out", Numbers(tensor.ScaleOut)).Add("s_in", Numbers(tensor.ScaleIn)).Write(context.Out);
    }

    private static void AddAdapter(FactList list, AdapterContent adapter)
    {
        list.Add("adapts", $"{adapter.Weights} weights")
            .Add("rank", Range(adapter.Ranks))
            .Add("bits a channel", adapter.BitsPerChannel.ToString("0.0", CultureInfo.InvariantCulture));
        if (adapter.ScaleBits is { } bits) list.Add("scales", $"{bits} bits, {(adapter.TensorsWithInScale > 0 ? $"of the inputs too in {adapter.TensorsWithInScale} weights" : "outputs only")}");
        if (adapter.Scaling is { } scaling) list.Add("scaling", Range(scaling));
        list.Add("base", adapter.BaseName)
            .Add("base fingerprint", adapter.BaseFingerprint)
            .Add("tokenizer", adapter.TokenizerDigest)
            .Add("chat template", adapter.ChatTemplateDigest)
            .Add("digest", adapter.Digest)
            .Add("notice", adapter.Notice);
        if (adapter.Counter is { } counter) list.Add("signed", counter == 0 ? "no" : $"yes, counter {counter}");
        if (adapter.Training is not { } training) return;
        list.Add("trained by", $"{training.Method}, {training.Steps} steps")
            .Add("training data", training.DataDigest)
            .Add("held-out NLL", string.Create(CultureInfo.InvariantCulture, $"{training.NllBefore:0.0000} before, {training.NllAfter:0.0000} after"));
    }

    private void PrintTensors(IReadOnlyList<TensorFacts> tensors)
    {
        if (tensors.Any(tensor => tensor.Rank is not null))
        {
            TableOutput.Write(context, ["weight", "#shape", "#rank", "#s_out bits", "#s_in bits", "#bytes"],
                tensors.Select(tensor => new[] { tensor.Name, Shape(tensor), $"{tensor.Rank}", $"{tensor.OutBits}", $"{tensor.InBits}", FactList.Number(tensor.Bytes) }));
            return;
        }
        TableOutput.Write(context, ["tensor", "type", "#shape", "#bytes"],
            tensors.Select(tensor => new[] { tensor.Name, tensor.Type, Shape(tensor), FactList.Number(tensor.Bytes) }));
    }

    private static string Kind(FileFacts facts) => facts.Kind switch
    {
        "model" => $"{facts.Architecture} model, GGUF version {facts.GgufVersion}",
        "lordba" => facts.Form is null ? $"LoRDBA adapter for a {facts.Architecture} model" : $"LoRDBA adapter in the form of the method's authors, {facts.Form}",
        "lora" => facts.Form is { } form ? $"LoRA adapter in {(form == "mlx" ? "mlx-lm" : "PEFT")}'s form" : $"LoRA adapter for a {facts.Architecture} model, in GGUF",
        _ => $"GGUF version {facts.GgufVersion}",
    };

    private static string Share(TypeShare type, long total) =>
        string.Create(CultureInfo.InvariantCulture, $"{type.Type} {100.0 * type.Bytes / total:0.#} % ({type.Tensors} tensors)");

    private static string Shape(TensorFacts tensor) => string.Join(" x ", tensor.Shape);

    private static string Range<T>(T[] leastAndMost) where T : IFormattable => leastAndMost[0].Equals(leastAndMost[1])
        ? leastAndMost[0].ToString(null, CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{leastAndMost[0]} to {leastAndMost[1]}");

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string? Numbers(float[]? values) => values is null ? null : string.Join(" ", values.Select(Number));
}
