using System.Globalization;
using LoRDBA.Examples.SmartHome;
using LoRDBA.Runtime;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tokenization;

// A layer narrower than this is done before a second thread has noticed that there is work.
const int NEmbdWorthThreads = 512;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = System.Text.Encoding.UTF8;
try
{
    return Options.Invoke(args, options => options.Model is null ? RunEmbedded() : RunFiles(options));
}
catch (Exception e) when (e is LordbaException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

int RunEmbedded()
{
    using var model = Model.Load(Embedded.Gguf("home-base.gguf"));
    string[] languages = ["en", "de"];
    var contestants = Compare(
        model,
        [.. languages.Select(language => Adapter.Load(LordbaFile.From(Embedded.Gguf($"home-{language}.lordba")), model))],
        [.. languages.Select(language => TestSet.Read($"{language}.test", Embedded.Open($"{language}.test.jsonl")))]);

    var broken = Promise.Broken(contestants).ToList();
    foreach (var sentence in broken) Console.Error.WriteLine(sentence);
    if (broken.Count == 0) Console.WriteLine($"As promised: an adapter answers at least {Promise.Own:P0} of its own household's commands, everyone else at most {Promise.Foreign:P0}.");
    return broken.Count == 0 ? 0 : 1;
}

int RunFiles(Options options)
{
    using var model = Model.Load(options.Model!);
    Compare(
        model,
        [.. options.Adapters.Select(path => Adapter.Load(path, model))],
        [.. options.Data.Select(path => TestSet.Read(Path.GetFileNameWithoutExtension(path), File.OpenRead(path)))]);
    return 0;
}

// The base is loaded once and one sequence serves all: only what acts beside the base changes.
static IReadOnlyList<Contestant> Compare(Model model, IReadOnlyList<Adapter> adapters, IReadOnlyList<TestSet> sets)
{
    var report = new Report();
    report.Start(model, sets);
    var tokenizer = Tokenizer.FromGguf(model.File);
    using var sequence = model.CreateSequence(engineOptions: new() { Threads = model.Config.NEmbd < NEmbdWorthThreads ? 1 : Environment.ProcessorCount });
    var trial = new Trial(sequence, tokenizer);
    Contestant[] contestants = [new("base alone", null), .. adapters.Select(adapter => new Contestant(adapter.Name, adapter))];
    for (var i = 0; i < contestants.Length; i++) contestants[i].Run(trial, sequence, contestants[(i + 1) % contestants.Length], sets);

    Report.Progress("");
    report.Answers(contestants);
    report.Scores(contestants);
    report.Sizes(model, contestants);
    sequence.Use(null);
    foreach (var adapter in adapters) adapter.Dispose();
    return contestants;
}
