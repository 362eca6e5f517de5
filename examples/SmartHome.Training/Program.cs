using System.Diagnostics;
using System.Globalization;
using LoRDBA.Examples.SmartHome.Training;
using LoRDBA.Examples.SmartHome.Training.Corpus;
using LoRDBA.Examples.SmartHome.Training.Files;
using LoRDBA.Examples.SmartHome.Training.Network;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

// Makes everything that examples/SmartHome embeds, from the seeds below. With "adapters" the base that is there is kept.
const int BaseSeed = 20, EnglishSeed = 21, GermanSeed = 22;
const int PretrainingSteps = 1500, AdapterEpochs = 16;
const int TrainCommands = 600, TestCommands = 80;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not ([] or ["base"] or ["adapters"]))
{
    Console.Error.WriteLine("usage: SmartHome.Training [base | adapters]   (nothing: both)");
    return 2;
}

var home = FindExample();
var basePath = Path.Combine(home, "model", "home-base.gguf");
Directory.CreateDirectory(Path.Combine(home, "model"));
Directory.CreateDirectory(Path.Combine(home, "data"));
var clock = Stopwatch.StartNew();
if (args is [] or ["base"]) MakeBase();
if (args is [] or ["adapters"])
{
    MakeAdapter(TheTwoHomes.English, "en", EnglishSeed);
    MakeAdapter(TheTwoHomes.German, "de", GermanSeed);
}

return 0;

void MakeBase()
{
    var shape = new NetworkShape();
    var random = new Random(BaseSeed);
    var vocabulary = Pretraining.MakeVocabulary(shape.NVocab, random);
    Report($"vocabulary of {shape.NVocab} tokens");
    Transformer New() => new(shape, Pretraining.TokensPerPart + Pretraining.MaxSampleTokens, new Random(BaseSeed));
    var network = New();
    Pretraining.Train(network, New, vocabulary.ToTokenizer(), PretrainingSteps, random, (step, nll) => Report($"pretraining {step}/{PretrainingSteps}: NLL {nll:F3}"));
    BaseFile.Write(basePath, network, vocabulary);
    Report($"base: {new FileInfo(basePath).Length:N0} bytes");
}

void MakeAdapter(Home household, string language, int seed)
{
    using var model = Model.Load(basePath);
    var tokenizer = Tokenizer.FromGguf(model.File);
    var random = new Random(seed);
    var data = new HeldOut(household, TrainCommands, TestCommands, random);
    Sample[] Samples(IEnumerable<Command> commands) => [.. commands.Select(command => Sample.Of(tokenizer, [command], promptWeight: 0))];
    var (train, test) = (Samples(data.Train), Samples(data.Test));

    // From the file, not from memory: the branches are to fit the quantized weights.
    Transformer New()
    {
        var copy = BaseFile.Read(model.File, new NetworkShape(), Adaptation.MaxTokensPerPart);
        copy.AttachBranches(Adaptation.Rank, new Random(seed));
        return copy;
    }

    var network = New();
    var before = Adaptation.Measure(network, test);
    var steps = new Adaptation(network, New, train).Train(AdapterEpochs, random, (step, nll) => Report($"{household.Name} {step}: NLL {nll:F4}"));
    var factors = AdapterFile.Pack(network);
    var after = Adaptation.Measure(network, test);

    var path = Path.Combine(home, "model", $"home-{language}.lordba");
    var training = new LordbaTraining(
        "straight-through signs from scratch", Sha256Digest.Of(CommandFile.ToArray(data.Train)), (uint)steps, (float)before.Nll, (float)after.Nll);
    AdapterFile.Write(path, factors, household.Name, LordbaBase.Of(model), training);
    WholeFile.Write(Path.Combine(home, "data", $"{language}.test.jsonl"), file => file.Write(CommandFile.ToArray(data.Test)));
    Report($"{household.Name}, {TestCommands} held-out commands: base alone {before}, with the adapter {after}, {new FileInfo(path).Length:N0} bytes");
}

void Report(string what) => Console.WriteLine($"{clock.Elapsed:mm\\:ss} {what}");

// The folder of the example, seen from wherever this was started in the repository.
static string FindExample()
{
    for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
    {
        var example = Path.Combine(folder.FullName, "examples", "SmartHome");
        if (Directory.Exists(example)) return example;
    }

    throw new DirectoryNotFoundException("There is no examples/SmartHome above the current folder: start this inside the repository.");
}
