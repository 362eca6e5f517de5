using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using LoRDBA.Tool.Analysis;
using LoRDBA.Tool.Benchmarking;
using LoRDBA.Tool.Boards;
using LoRDBA.Tool.Commands;
using LoRDBA.Tool.Comparison;
using LoRDBA.Tool.Inspection;
using LoRDBA.Tool.Measuring;

namespace LoRDBA.Tool.Output;

/// <summary>Writes results for programs: one JSON object on one line.</summary>
internal static class JsonOutput
{
    /// <summary>How each result is written, with <c>&lt;|im_start|&gt;</c> and umlauts as they are: nothing of this lands inside a web page.</summary>
    public static ToolJson Types { get; } = new(new JsonSerializerOptions(ToolJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes <paramref name="value"/> and a line end.</summary>
    public static void Write<T>(TextOutput output, T value, JsonTypeInfo<T> type) => Write(output.Raw, value, type);

    /// <summary>Writes <paramref name="value"/> and a line end.</summary>
    public static void Write<T>(TextWriter output, T value, JsonTypeInfo<T> type) => output.WriteLine(JsonSerializer.Serialize(value, type));
}

/// <summary>
/// The shapes of all results, generated at build time because NativeAOT has no reflection to find them with.
/// Keys are snake_case; what is unknown is left out; a number that JSON lacks (a NaN in a tensor) is the string "NaN".
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(AdapterExport))]
[JsonSerializable(typeof(AnalysisResult))]
[JsonSerializable(typeof(BenchResult))]
[JsonSerializable(typeof(BoardFacts))]
[JsonSerializable(typeof(ClassifierLine))]
[JsonSerializable(typeof(ComparisonResult))]
[JsonSerializable(typeof(ConvertResult))]
[JsonSerializable(typeof(DataScore))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(EvalLine))]
[JsonSerializable(typeof(EvalResult))]
[JsonSerializable(typeof(FileFacts))]
[JsonSerializable(typeof(LineResult))]
[JsonSerializable(typeof(MakeModelResult))]
[JsonSerializable(typeof(ManifestResult))]
[JsonSerializable(typeof(QuantizeResult))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(StoreResult))]
[JsonSerializable(typeof(TensorValues))]
[JsonSerializable(typeof(TokenizeResult))]
[JsonSerializable(typeof(TraceResult))]
[JsonSerializable(typeof(TuneResult))]
[JsonSerializable(typeof(TuneClassifierResult))]
[JsonSerializable(typeof(Turn))]
internal sealed partial class ToolJson : JsonSerializerContext;
