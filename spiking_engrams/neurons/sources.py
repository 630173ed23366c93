"""Sources of the library's neuron models, available without a simulator."""

TULLY = "Tully, Hennig & Lansner 2014, Front Synaptic Neurosci 6:8"
NAUD = "Naud, Marcille, Clopath & Gerstner 2008, Biol Cybern 99:335, tonic spiking"
BRETTE = "Brette & Gerstner 2005, J Neurophysiol 94:3637"
IZHIKEVICH = "Izhikevich 2003, IEEE Trans Neural Netw 14:1569 (regular spiking)"
SOURCES = {"LIF": TULLY, "AdEx": BRETTE, "Izhikevich": IZHIKEVICH}  # of the built-in models
