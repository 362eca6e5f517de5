using LoRDBA.Examples.SmartHome.Training.Corpus;
using LoRDBA.Examples.SmartHome.Training.Files;
using LoRDBA.Examples.SmartHome.Training.Network;
using LoRDBA.Examples.SmartHome.Training.Tokens;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using Batch = LoRDBA.Examples.SmartHome.Training.Network.Batch;

namespace LoRDBA.Examples.SmartHome.Training.Tests.Files;

/// <summary>What is trained here and what the runtime computes from the files: two implementations of one model, written apart.</summary>
public sealed class FilesTests : IDisposable
{
    private const float Tolerance = 1e-4f;
    // 280 tokens: the trainer wants a multiple of 8.
    private const int Merges = 21;

    private static readonly NetworkShape Shape =
        new() { NVocab = 3 + 256 + Merges, NEmbd = 64, NLayer = 2, NHead = 4, NHeadKv = 2, HeadDim = 16, NFf = 96, ContextLength = 64 };

    private static readonly int[] Tokens = [1, 70, 80, 90, 100, 110, 70, 80, 5, 6, 7, 8, 2];

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void The_runtime_computes_what_the_trainer_computed()
    {
        using var model = Model.Load(WriteBase());
        AssertSameNll(BaseFile.Read(model.File, Shape, maxTokens: 64), model, adapter: null);
    }

    [Fact]
    public void The_runtime_computes_the_branches_that_the_trainer_trained()
    {
        using var model = Model.Load(WriteBase());
        var network = BaseFile.Read(model.File, Shape, maxTokens: 64);
        var without = NllOf(network);
        network.AttachBranches(rank: 8, new Random(1));
        // Both signs of m and s_out, since the file keeps only magnitudes.
        foreach (var branch in network.Linears.Select(linear => linear.Branch!))
        {
            branch.M.FillNormal(new Random(2), 0.1f);
            branch.ScaleOut.FillNormal(new Random(3), 0.2f);
        }

        var path = Path.Combine(folder, "home.lordba");
        AdapterFile.Write(path, AdapterFile.Pack(network), "home", LordbaBase.Of(model), new LordbaTraining("test", Sha256Digest.Of([]), 1, 2, 1));
        using var adapter = Adapter.Load(path, model);

        AssertSameNll(network, model, adapter);
        Assert.NotEqual(without[^1], NllOf(network)[^1], Tolerance);
    }

    [Fact]
    public void Commands_are_json_lines_with_umlauts_as_themselves()
    {
        var command = new Command(new Phrase("öffne {o}", Reserved: false), new DeviceName("x"), "öffne \"x\"", "[K2] AUF");
        Assert.Equal("{\"prompt\":\"öffne \\u0022x\\u0022\",\"completion\":\"[K2] AUF\"}\n", System.Text.Encoding.UTF8.GetString(CommandFile.ToArray([command])));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string WriteBase()
    {
        var trainer = new BpeTrainer();
        trainer.Add("turn on the lamp in the kitchen please");
        var network = new Transformer(Shape, maxTokens: 64, new Random(0));
        var path = Path.Combine(folder, "base.gguf");
        BaseFile.Write(path, network, new TrainedVocabulary(trainer.Train(Merges)));
        return path;
    }

    private static void AssertSameNll(Transformer network, Model model, Adapter? adapter)
    {
        using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1, Oracle = true });
        sequence.Use(adapter);
        var expected = NllOf(network);
        sequence.PrefillAll(Tokens, (index, logits) =>
        {
            if (index == Tokens.Length - 1) return;
            var sum = 0.0;
            foreach (var logit in logits) sum += Math.Exp(logit);
            Assert.Equal(expected[index], Math.Log(sum) - logits[Tokens[index + 1]], Tolerance);
        });
    }

    private static float[] NllOf(Transformer network)
    {
        var batch = new Batch();
        batch.Add(Tokens, [.. Tokens.Select(_ => 1f)]);
        return network.Forward(batch).Nll;
    }
}
